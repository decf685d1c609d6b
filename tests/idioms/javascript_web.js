// Servers and logs.
import fs from 'fs';
import path from 'path';
import bunyan from 'bunyan';
import express from 'express';
import Fastify from 'fastify';
import { serve } from '@hono/node-server';
import http from 'http';
import log4js from 'log4js';
import morgan from 'morgan';
import pino from 'pino';
import winston from 'winston';
import { WebSocketServer } from 'ws';

const app = express();
const fastify = Fastify();
const server = http.createServer(app);

// Express, http
app.listen(3000, '127.0.0.1');
app.listen(process.env.PORT || 3001);
server.listen({ port: 3002, host: 'localhost' });
server.listen('/run/shop/app.sock');

// Fastify
fastify.listen({ port: 3003 });
fastify.listen({ port: 3004, host: '0.0.0.0' });

// Bun, Deno, Hono
Bun.serve({ fetch: app.fetch, port: 3005, hostname: '127.0.0.1' });
serve({ fetch: app.fetch, port: 3006, hostname: 'localhost' });

// ws
export const sockets = new WebSocketServer({ port: 3007 });

// not: what listens to something else
history.listen((location) => location.pathname);
server.on('listening', () => {});

// not: a comparison with an address
export const isLocal = (request) => request.headers.host === 'localhost:3000';

// not: a text, and a link
export const welcome = 'Open http://localhost:3000';

// winston
winston.createLogger({ transports: [new winston.transports.File({ filename: '/var/log/shop/winston.log' })] });
winston.add(new winston.transports.Console());

// pino
pino();
pino(pino.destination('/var/log/shop/pino.log'));
pino({ transport: { target: 'pino/file', options: { destination: '/var/log/shop/pino-file.log' } } });

// log4js, bunyan
log4js.configure({ appenders: { app: { type: 'file', filename: '/var/log/shop/log4js.log' } } });
bunyan.createLogger({ name: 'shop', streams: [{ level: 'info', path: '/var/log/shop/bunyan.log' }] });

// Fastify's logger
Fastify({ logger: { level: 'info', file: '/var/log/shop/fastify.log' } });

// fs
fs.appendFileSync('app.log', 'started\n');

// morgan
const accessLogStream = fs.createWriteStream(path.join('/var/log/shop', 'access.log'), { flags: 'a' });
app.use(morgan('combined', { stream: accessLogStream }));
app.use(morgan('tiny'));

// console
console.log('Shop is ready');

// not: other words of the console, a log of nobody
console.table([1, 2]);
fs.appendFileSync('orders.csv', '1;2\n');
app.use(morgan('tiny', { skip: () => true }));

// not: pino to a place of the process
pino(pino.destination('/dev/stdout'), 1);

// not: a file of another kind
export const upload = new File(['a'], 'a.txt');

// socket.io's server by another name
import { Server as SocketIO } from "socket.io";
const live = new SocketIO(server);
