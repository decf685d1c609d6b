// Sessions and uploads of Express and Fastify.
const connectRedis = require('connect-redis');
const express = require('express');
const session = require('express-session');
const fileStore = require('session-file-store');
const fastify = require('fastify')();
const fastifySession = require('@fastify/session');
const fs = require('fs');
const { formidable } = require('formidable');
const multer = require('multer');
const { diskStorage } = require('multer');

const app = express();
const FileStore = fileStore(session);
const RedisStore = connectRedis(session);

// express-session
app.use(session({ secret: process.env.SESSION_KEY, resave: false }));
app.use(require('express-session')({ resave: false }));
app.use(express.session({ resave: false }));
app.use(session({ store: new session.MemoryStore(), resave: false }));
app.use(session({ store: new FileStore({ path: './sessions' }), resave: false }));
app.use(session({ store: new RedisStore({}), resave: false }));

// memorystore
const store = new session.MemoryStore();

// @fastify/session
fastify.register(fastifySession, { cookieName: 'sid' });
fastify.register(require('@fastify/session'), { cookieName: 'sid' });

// not: a session with a store, with options that are written elsewhere
fastify.register(fastifySession, { cookieName: 'sid', store: RedisStore });
const options = { resave: false };
app.use(session(options));
app.use(session({ ...options }));

// not: the session of a request
app.get('/', (request) => request.session.user);

// not: a store of something else
const cart = express.Router();
class CartStore {}
const carts = new CartStore();

// multer
const images = multer({ dest: 'uploads/' });
const disk = multer.diskStorage({ destination: './media' });
const plain = diskStorage({ destination: './files' });

// not: multer in memory
const memory = multer({ storage: multer.memoryStorage() });
const limited = multer({ limits: { files: 1 } });

// formidable
const form = formidable({ uploadDir: './forms' });

// express-fileupload
app.post('/avatar', (request, response) => {
  request.files.avatar.mv('./avatars/a.png', () => response.send('ok'));
});

// fs
app.post('/attachment', (request, response) => {
  fs.writeFileSync(`uploads/${request.query.name}`, request.body);
  request.pipe(fs.createWriteStream('./attachments/a.bin'));
  response.send('ok');
});

// not: what is only kept for a moment, or is no upload
fs.writeFileSync('/tmp/uploads/part.bin', 'a');
fs.writeFileSync('public/catalog.html', '<html></html>');
fs.readFileSync('uploads/a.png');
fs.writeFileSync('uploads/index.json', '{}');

module.exports = { store, cart, carts, images, disk, plain, memory, limited, form };
