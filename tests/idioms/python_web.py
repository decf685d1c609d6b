"""Servers, logs, sessions and uploads."""

import http.server
import logging
import logging.handlers
import os
from pathlib import Path

import aiofiles
import structlog
import uvicorn
from aiohttp import web
from flask import Flask, request
from flask_session import Session
from gevent.pywsgi import WSGIServer
from loguru import logger
from tornado.options import options
from tornado.web import Application
from waitress import serve
from werkzeug.debug import DebuggedApplication

app = Flask(__name__)
uploads = Path("/srv/shop/uploads")

# Flask
app.run()
app.run(host="0.0.0.0", port=5000)

# aiohttp
web.run_app(web.Application(), host="127.0.0.1", port=8081)

# uvicorn
uvicorn.run("shop:app")
uvicorn.run("shop:app", host="localhost", port=8000)
uvicorn.run("shop:app", uds="/tmp/shop.sock")

# waitress, gevent, http.server, Tornado
serve(app, host="127.0.0.1", port=8080)
WSGIServer(("127.0.0.1", 5001), app).serve_forever()
http.server.ThreadingHTTPServer(("localhost", 9000), http.server.SimpleHTTPRequestHandler)
Application([]).listen(8888, address="127.0.0.1")

# not: a server that listens where it is told, an object that is no server
uvicorn.run("shop:app", fd=3)
job = web.Application()
job.run()
app.run("0.0.0.0")

# not: a comparison, and a text with an address
is_local = request.host == "127.0.0.1:5000"
welcome = "Open http://localhost:5000"

# logging
logging.FileHandler("/var/log/shop/app.log")
logging.handlers.RotatingFileHandler(filename="/var/log/shop/rotating.log", maxBytes=1000)
logging.basicConfig(filename="shop.log", level=logging.INFO)
logging.basicConfig(level=logging.INFO)
logging.StreamHandler()
LOGGING = {
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        "file": {"class": "logging.FileHandler", "filename": "/var/log/shop/django.log"},
    },
}

# loguru, structlog, Tornado
logger.add("/var/log/shop/loguru.log", rotation="10 MB")
structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=Path("struct.log").open("wt")))
options.log_file_prefix = "/var/log/shop/tornado.log"

# not: a logger that is only named, a handler of nothing
log = logging.getLogger("shop.file")
log.addHandler(logging.NullHandler())
log.info("FileHandler is off")

# Flask-Session
app.config["SESSION_TYPE"] = "filesystem"
SESSION_TYPE = "cachelib"
app.config["SESSION_TYPE"] = "simple"
app.config.update(SESSION_TYPE="filesystem")
app.config["SESSION_TYPE"] = "redis"
Session(app)

# not: the other settings of sessions
app.config["SESSION_COOKIE_NAME"] = "shop"
SESSION_TIMEOUT = "filesystem"


# Uploads
@app.post("/avatar")
def avatar():
    file = request.files["avatar"]
    file.save(os.path.join(app.config["UPLOAD_FOLDER"], "avatar.png"))
    file.save(uploads / "avatar.png")
    return "ok"


async def attach(upload):
    async with aiofiles.open("uploads/attachment.bin", "wb") as target:
        await target.write(await upload.read())
    with open(f"media/{upload.name}", "wb") as target:
        target.write(upload.content)


# not: a model that is saved, a file that is read, one that is only kept for a moment
def keep(model, file, buffer):
    model.save()
    file.save(buffer)
    with open("uploads/catalog.csv", "rb") as source:
        source.read()
    with open("/tmp/uploads/part.bin", "wb") as target:
        target.write(b"")


# werkzeug
debugged = DebuggedApplication(app, evalex=True)

# not: without its console
quiet = DebuggedApplication(app, evalex=False)
