"""What an app keeps between requests, and where its logs go."""

import logging.handlers
import os
from collections import defaultdict

from flask import Flask, request

app = Flask(__name__)
seen = {}
orders = []
visits = defaultdict(int)

# not: what is given once
prices = {"a": 1}
started = os.getpid()


# Kept in the module, changed by requests
@app.post("/orders")
def order():
    orders.append(request.args["id"])
    seen[request.args["id"]] = True
    visits[request.remote_addr] += 1
    return "ok"


# not: what one request keeps for itself
@app.get("/cart")
def cart():
    items = []
    items.append(prices["a"])
    return {"items": items, "started": started}


# The names of environments
if os.environ.get("APP_ENV") == "production":
    app.config["PREFERRED_URL_SCHEME"] = "https"

match os.environ.get("APP_STAGE"):
    case "staging":
        app.config["TITLE"] = "Shop (staging)"
    case _:
        app.config["TITLE"] = "Shop"

# logging over the network
logging.handlers.SysLogHandler(address=("logs", 514))
LOGGING = {"handlers": {"logstash": {"class": "logstash.TCPLogstashHandler", "host": "logstash"}}}

# not: a handler of mail
logging.handlers.SMTPHandler("mail-out", "a@shop.example", ["b@shop.example"], "Shop")
