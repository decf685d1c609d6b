// Sessions of Koa.
import Koa from 'koa';
import session from 'koa-generic-session';
import redisStore from 'koa-redis';

const app = new Koa();

// koa-generic-session
app.use(session());
app.use(session({ key: 'shop' }));

// not: a session with a store
app.use(session({ key: 'shop', store: redisStore() }));

// not: the session of a request
app.use((context) => context.session.user);
