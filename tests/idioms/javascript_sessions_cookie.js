// Sessions that are kept in the cookie.
import Koa from 'koa';
import session from 'koa-session';
import cookieSession from 'cookie-session';

const app = new Koa();

// not: koa-session, cookie-session
app.use(session({ key: 'shop' }, app));
app.use(session(app));
app.use(cookieSession({ name: 'shop' }));

// not: a store of the browser
export const store = new MemoryStore();
