// What an app keeps between requests, and where its logs go.
const express = require('express');
const winston = require('winston');
const LogstashTransport = require('winston-logstash/lib/winston-logstash-latest');

const app = express();
const seen = {};
const orders = [];
const visitors = new Set();
const prices = new Map();
const started = Date.now();

// Kept in the module, changed by requests
app.post('/orders', (request, response) => {
  orders.push(request.query.id);
  seen[request.query.id] = true;
  delete seen[request.query.old];
  visitors.add(request.ip);
  prices.set(request.query.id, 1);
  response.send('ok');
});

// not: what one request keeps for itself
app.get('/cart', (request, response) => {
  const cart = [];
  cart.push(request.query.id);
  response.json({ cart, started });
});

// The names of environments
if (process.env.NODE_ENV === 'production') app.set('trust proxy', 1);
switch (process.env.APP_STAGE) {
  case 'staging':
    app.set('views', './staging');
    break;
  default:
    app.set('views', './views');
}

// winston over the network
winston.add(new LogstashTransport({ host: 'logstash', port: 5000 }));

// not: a transport of another kind
winston.add(new winston.transports.Stream({ stream: process.stdout }));

// https://github.com/tus/tus-node-server
import { FileStore } from "@tus/file-store";
const store = new FileStore({ directory: "./files" });

app.post("/photos", async (req, res) => {
  await sharp(req.file.buffer).resize(300).toFile(`uploads/${req.file.originalname}`);
});
