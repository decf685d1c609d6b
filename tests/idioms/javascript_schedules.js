// Schedules whose names mean other things here.
import { schedule } from './plans.js';
import { Server } from './files.js';
import { Job } from 'bullmq';

// not: a plan of one's own, a server of files, a job of a queue
schedule('*/10 * * * *', () => {});
export const server = new Server(3000);
export const job = new Job('mails', {});
export const database = new Database('shop');

// not: a broker of all tasks
export const pubsub = new PubSub({ connection: 'shop' });

// not: an adapter of something else
export const events = { subscribe: (name) => name };
events.subscribe('news');

// not: sessions of the browser, an upload that is not one
sessionStorage.setItem('a', 'b');
document.querySelector('form').listen();

// not: a mark of a class, a transaction
export const transaction = { sync: () => {}, migrate: () => {} };
transaction.sync();
transaction.migrate();

// not: a message to a file of the browser
navigator.mediaDevices.getUserMedia({ video: true });
fetch('https://shop.example/uploads', { method: 'POST' });
