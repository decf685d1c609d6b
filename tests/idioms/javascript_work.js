// Schedules and live connections.
import { createAdapter } from '@socket.io/redis-adapter';
import Bree from 'bree';
import cron from 'node-cron';
import { schedule as plan } from 'node-cron';
import { schedule } from 'node-cron';
import { Cron } from 'croner';
import { CronJob } from 'cron';
import expressWs from 'express-ws';
import fastifyIO from 'fastify-socket.io';
import nodeSchedule from 'node-schedule';
import Redlock from 'redlock';
import { PubSub } from 'graphql-subscriptions';
import { Server } from 'socket.io';
import socketIo from 'socket.io';
import { SimpleIntervalJob, ToadScheduler } from 'toad-scheduler';
import { WebSocketServer } from 'ws';
import { app, fastify, redis, refresh } from './shop.js';

// node-cron
cron.schedule('*/5 * * * *', refresh);
schedule('*/10 * * * *', refresh);

// node-schedule
nodeSchedule.scheduleJob('0 3 * * *', refresh);

// cron
export const nightly = new CronJob('0 0 * * *', refresh);
nightly.start();
CronJob.from({ cronTime: '0 1 * * *', onTick: refresh, start: true });

// croner
Cron('@daily', refresh);
export const hourly = new Cron('0 * * * *', refresh);

// toad-scheduler, Bree
export const scheduler = new ToadScheduler();
scheduler.addSimpleIntervalJob(new SimpleIntervalJob({ minutes: 20 }, refresh));
export const bree = new Bree({ jobs: [{ name: 'report', interval: '1d' }] });

// not: a check of a pattern, a timer of the process, another schedule
cron.validate('*/5 * * * *');
setInterval(refresh, 60000);
plan(refresh);

// redlock
export const redlock = new Redlock([redis]);
await redlock.acquire(['nightly'], 5000);
await acquireLock('nightly');

// Socket.IO
export const io = new Server(3000);
export const legacy = socketIo(app);
export const required = require('socket.io')(app);
export const named = new SocketIOServer(app);
fastify.register(fastifyIO);
io.adapter(createAdapter(redis, redis));

// ws
export const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', (socket) => {
  socket.on('message', (text) => sockets.clients.forEach((client) => client.send(text)));
});

// express-ws
export const { getWss } = expressWs(app);
app.ws('/chat', (socket) => socket.on('message', (text) => getWss().clients.forEach((one) => one.send(text))));

// GraphQL
export const pubsub = new PubSub();

// Redis
redis.subscribe('news');

// not: another server, another event
export const files = new FileServer(3000);
redis.on('ready', refresh);

// Migrations by a command
execSync("npx prisma migrate deploy");
execSync("npx knex migrate:latest");
execSync("npx prisma db push");

// A log of its own
const access = fs.createWriteStream("./logs/access.log", { flags: "a" });

// Jobs of this process alone
const fastq = require("fastq");
const mails = fastq.promise(sendMail, 1);
const BetterQueue = require("better-queue");
const thumbs = new Queue((job, done) => resize(job, done));

// A lock in Redis
await acquireRedisLock("report");
await redis.set("lock", "1", "EX", 30, "NX");
