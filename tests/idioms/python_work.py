"""Schedules, jobs, live connections, schemas."""

import signal

import aiocron
import alembic
import debugpy
import flask_migrate
import peewee
import rq
import schedule
import socketio
from apscheduler.jobstores.redis import RedisJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from broadcaster import Broadcast
from dramatiq.brokers.stub import StubBroker
from fastapi import FastAPI, WebSocket
from fastapi_utils.tasks import repeat_every
from flask_socketio import SocketIO
from redis import Redis
from rq import Queue
from tortoise.contrib.fastapi import register_tortoise

from shop.models import BROADCAST_URL, Base, database, engine
from shop.tasks import resize, send_mail

app = FastAPI()

# APScheduler
scheduler = BackgroundScheduler()
scheduler.add_jobstore(RedisJobStore())

# schedule
schedule.every(10).minutes.do(send_mail)


# fastapi-utils, aiocron
@repeat_every(seconds=60)
async def refresh():
    pass


@aiocron.crontab("0 3 * * *")
async def nightly():
    pass


# not: a schedule that is only named, a function that is called alike
plan = schedule.Job
every = plan.every(10)

# Celery
send_mail.delay("a@shop.example")
resize.apply_async(args=["a.png"], countdown=10)
CELERY_TASK_ALWAYS_EAGER = True

# not: jobs that go to the broker
CELERY_TASK_ALWAYS_EAGER = False
pause = "task.delay(10)"

# RQ
mail_queue = Queue("mails", connection=Redis())
mail_queue.enqueue(send_mail, "a@shop.example")
direct_queue = Queue("direct", is_async=False, connection=Redis())

# dramatiq
broker = StubBroker()

# broadcaster, Socket.IO
channel = Broadcast("memory://")
live = SocketIO(app)
live_async = socketio.AsyncServer(async_mode="asgi")
live_shared = SocketIO(app, message_queue="redis://live:6379")
live_managed = socketio.AsyncServer(client_manager=socketio.AsyncRedisManager("redis://live:6379"))
live_shared.init_app(app, message_queue="redis://live:6379")

# not: a broker that all tasks share
shared_channel = Broadcast(BROADCAST_URL)


# WebSockets of FastAPI
class Room:
    def __init__(self):
        self.active_connections: list[WebSocket] = []

    async def broadcast(self, message: str):
        for connection in self.active_connections:
            await connection.send_text(message)


# SQLAlchemy
Base.metadata.create_all(engine)
Base.metadata.drop_all(engine)

# peewee, Tortoise
database.create_tables([peewee.Model])
register_tortoise(app, generate_schemas=True)

# not: tables that are made one by one, by a migration
database.create_table("shops")
register_tortoise(app, generate_schemas=False)

# Alembic, Flask-Migrate
alembic.command.upgrade(None, "head")
flask_migrate.upgrade()

# not: a plan that a customer upgrades
customer = plan()
customer.upgrade("premium")

# debugpy
debugpy.listen(("0.0.0.0", 5678))


# signal
@app.on_event("startup")
async def startup():
    signal.signal(signal.SIGTERM, print)


# A log with a path that is made
from loguru import logger

logger.add(LOGS / "app_{time}.log", rotation="1 day")

# Migrations by a command
subprocess.run(["alembic", "upgrade", "head"], check=True)
os.system("python manage.py migrate")

from flask_migrate import upgrade

upgrade()

app.add_middleware(SessionMiddleware, store=InMemoryStore())
