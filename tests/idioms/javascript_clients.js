// Clients of backing services.
import amqp from 'amqplib';
import { Queue, Worker } from 'bullmq';
import Bull from 'bull';
import cassandra from 'cassandra-driver';
import elasticsearch from '@elastic/elasticsearch';
import Redis from 'ioredis';
import { Kafka } from 'kafkajs';
import knex from 'knex';
import Memcached from 'memcached';
import * as Minio from 'minio';
import { MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import mssql from 'mssql';
import mysql from 'mysql2';
import nats from 'nats';
import nodemailer from 'nodemailer';
import { Client, Pool } from 'pg';
import postgres from 'postgres';
import { createClient } from 'redis';
import { Sequelize } from 'sequelize';

// ioredis
export const cache = new Redis('redis://cache:6379');
export const limits = new Redis({ host: 'limits', port: 6379 });
export const sessions = new Redis(6379, 'sessions');
export const cluster = new Redis.Cluster([{ host: 'redis-1', port: 6379 }, { host: 'redis-2', port: 6379 }]);

// redis
export const hub = createClient('redis://hub:6379');
export const hubs = createClient({ url: 'redis://hubs:6379' });
export const socket = createClient({ socket: { host: 'redis-socket', port: 6379 } });

// pg, postgres
export const pool = new Pool({ connectionString: process.env.DB_URL || 'postgres://shop@localhost/shop' });
export const people = new Client({ host: 'people-db', database: 'shop' });
export const sql = postgres('postgres://shop@postgres-db/shop');
export const orders = new Pool({ connectionString: `postgres://${process.env.DB_USER}@orders-db/shop` });

// mysql2
export const mysqlPool = mysql.createPool({ connectionLimit: 10, host: 'mysql-db' });
export const mysqlConnection = mysql.createConnection('mysql://shop@mysql-url/shop');

// Sequelize, Knex
export const sequelize = new Sequelize('shop', 'shop', 'x', { host: 'sequelize-db', dialect: 'mysql' });
export const builder = knex({ client: 'pg', connection: { host: 'knex-db', user: 'shop' } });
export const builders = knex({ client: 'pg', connection: 'postgres://shop@knex-url/shop' });

// An object with a host and what else a datastore is asked with
export const settings = { host: 'settings-db', username: 'shop', database: 'shop' };

// MongoDB
export const mongo = new MongoClient('mongodb://catalog:27017');
mongoose.connect('mongodb://mongoose/shop');

// BullMQ, Bull
export const mails = new Queue('mails', { connection: { host: 'bull-redis', port: 6379 } });
export const worker = new Worker('mails', async () => {}, { connection: { host: 'worker-redis' } });
export const bull = new Bull('mails', 'redis://bull-url:6379');

// Kafka, RabbitMQ, NATS
export const kafka = new Kafka({ clientId: 'shop', brokers: ['kafka-1:9092', 'kafka-2:9092'] });
export const rabbit = await amqp.connect('amqp://rabbit:5672');
export const bus = await nats.connect({ servers: 'nats-1:4222' });

// Elasticsearch, Cassandra, memcached, MinIO, MSSQL, mail
export const search = new elasticsearch.Client({ node: 'http://search:9200' });
export const ring = new cassandra.Client({ contactPoints: ['cassandra-1'], localDataCenter: 'eu' });
export const memory = new Memcached('memcached:11211');
export const objects = new Minio.Client({ endPoint: 'objects', port: 9000, useSSL: false });
export const mssqlPool = await mssql.connect({ server: 'mssql-db', user: 'shop' });
export const mailer = nodemailer.createTransport({ host: 'mail', port: 25 });
export const url = 'mqtt://mosquitto:1883';

// amqplib
export async function consume(channel) {
  await channel.consume('orders', () => {}, { noAck: true });
  await hub.xReadGroup('workers', 'w1', [{ key: 'orders', id: '>' }], { NOACK: true });
}

// not: acknowledged by hand
export async function consumeWithCare(channel) {
  await channel.consume('orders', () => {}, { noAck: false });
}

// not: the beginning of a URL
export const isRedis = (address) => address.startsWith('redis://');

// not: a URL of the web, a text with one of a service
export const home = 'https://shop.example/redis';
export const message = 'Set the address, such as postgres://shop@db/shop';

// not: a host of the web
export const request = { hostname: 'api.shop.example', method: 'GET', path: '/orders', headers: {}, password: 'x' };
export const page = { host: 'shop.example', title: 'Shop' };

// not: a comparison with a URL
export const isCache = (address) => address === 'redis://cache:6379';

// not: a client that is given nothing
export const empty = new Redis();
