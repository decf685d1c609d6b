"""Clients of backing services and datastores inside the process.

redis://cache:6379 is where the cache was before.
"""

import os
import smtplib
import sqlite3

import aio_pika
import aiosqlite
import asyncpg
import pika
import psycopg2
import pymemcache
import redis
from celery import Celery
from confluent_kafka import Consumer, Producer
from elasticsearch import Elasticsearch
from flask_caching import Cache
from huey import RedisHuey, SqliteHuey
from kafka import KafkaProducer
from minio import Minio
from peewee import PostgresqlDatabase, SqliteDatabase
from pymongo import MongoClient
from sqlalchemy import URL, create_engine
from tinydb import TinyDB

# SQLAlchemy
engine = create_engine("postgresql+psycopg2://shop@orders-db/shop")
read_engine = create_engine(os.environ.get("READ_DB_URL", "postgresql://shop@localhost/shop"))
template_engine = create_engine(f"postgresql://{os.environ['DB_USER']}@billing-db/shop")
url = URL.create("postgresql", username="shop", host="url-db", database="shop")
SQLALCHEMY_DATABASE_URI = "mysql+pymysql://shop@mysql-db/shop"

# PostgreSQL
psycopg2.connect(host="people-db", dbname="shop", user="shop")
psycopg2.connect("dbname=shop host=text-db")
people = PostgresqlDatabase("shop", user="shop", host="peewee-db")


async def pools():
    await asyncpg.connect("postgres://shop@async-db/shop")
    await asyncpg.create_pool(dsn="postgres://shop@pool-db/shop")


# Redis
cache = redis.Redis(host="cache", port=6379)
sessions = redis.Redis("sessions")
limits = redis.from_url("redis://limits:6379/2")
jobs = RedisHuey("shop", host="huey")
Cache(config={"CACHE_TYPE": "RedisCache", "CACHE_REDIS_HOST": "flask-cache"})

# MongoDB
MongoClient("mongodb://catalog:27017")
MongoClient(host="archive")
MONGODB_SETTINGS = {"db": "shop", "host": "settings-mongo", "port": 27017}

# Elasticsearch, Kafka, MinIO, memcached, mail
Elasticsearch("http://search:9200")
KafkaProducer(bootstrap_servers=["kafka-1:9092", "kafka-2:9092"])
Producer({"bootstrap.servers": "kafka-3:9092"})
Consumer({"bootstrap.servers": "kafka-4:9092", "enable.auto.commit": True})
Minio("objects:9000", secure=False)
pymemcache.Client(("memcached", 11211))
smtplib.SMTP("mail", 25)
MAIL_SERVER = "mail.internal"

# RabbitMQ
pika.ConnectionParameters(host="rabbit")
pika.URLParameters("amqp://rabbit-url:5672/%2F")
app = Celery("shop", broker="amqp://celery-rabbit:5672", backend="redis://celery-redis:6379/1")
BROKER_TEXT = "nats://nats:4222"


def consume(channel, queue):
    channel.basic_consume("orders", print, True)
    channel.basic_consume(queue="mails", on_message_callback=print, auto_ack=True)
    channel.basic_get("mails", auto_ack=True)


async def consume_async(queue):
    connection = await aio_pika.connect_robust("amqp://aio-rabbit/")
    await queue.consume(print, no_ack=True)
    async with queue.iterator(no_ack=True) as messages:
        print(connection, messages, flush=True)


def read_stream():
    return cache.xreadgroup("workers", "w1", {"orders": ">"}, noack=True)


# not: acknowledged by hand
def consume_with_care(channel):
    channel.basic_consume(queue="orders", on_message_callback=print, auto_ack=False)
    channel.basic_consume("orders", print)
    Consumer({"enable.auto.commit": False})


# SQLite and others inside the process
sqlite3.connect("shop.db")
local_engine = create_engine("sqlite:///data/local.db")
people_lite = SqliteDatabase("people.db")
huey_lite = SqliteHuey(filename="/srv/shop/huey.db")
notes = TinyDB("notes.json")
app.conf.update(DATABASE=os.path.join("instance", "shop.sqlite"))


async def local():
    await aiosqlite.connect("async.db")


# not: a database that is only read
sqlite3.connect("file:geo.db?mode=ro", uri=True)

# not: a comparison with a URL
if os.getenv("CACHE_URL") == "redis://cache:6379":
    print("The cache is shared", flush=True)

# not: the beginning of a URL, the scheme of one
is_redis = str(url).startswith("redis://")
scheme = "postgresql"

# not: a URL of the web, a text with one of a service
home = "https://shop.example/redis"
message = "Set the address, such as postgres://shop@db/shop"

# not: a dictionary with a host of something else
page = {"host": "shop.example", "scheme": "https"}

# A URL that is put together
hidden = f"redis://{os.environ['HIDDEN_HOST']}:{os.environ['HIDDEN_PORT']}"
