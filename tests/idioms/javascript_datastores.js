// Datastores inside the process, schemas and migrations.
import Database from 'better-sqlite3';
import Datastore from 'nedb';
import knex from 'knex';
import { DatabaseSync } from 'node:sqlite';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { Level } from 'level';
import { JSONFile } from 'lowdb/node';
import { JSONFilePreset } from 'lowdb/node';
import { MikroORM, SqliteDriver } from '@mikro-orm/sqlite';
import { MongoMemoryServer } from 'mongodb-memory-server';
import { Sequelize } from 'sequelize';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';

// SQLite
export const shop = new Database('shop.db');
export const old = new sqlite3.Database('old.db');
export const node = new DatabaseSync('./node.db');
export const opened = await open({ filename: '/srv/shop/opened.db', driver: sqlite3.Database });
export const libsql = drizzle('file:libsql.db');
export const sequelize = new Sequelize({ dialect: 'sqlite', storage: './sequelize.db' });
export const sequelizeUrl = new Sequelize('sqlite:data/app.db');
export const orm = await MikroORM.init({ driver: SqliteDriver, dbName: 'mikro.db' });

// not: a database that is only read
export const geo = new Database('geo.db', { readonly: true });

// NeDB, LevelDB, lowdb, MongoDB in memory
export const notes = new Datastore({ filename: 'notes.db' });
export const level = new Level('./level', { valueEncoding: 'json' });
export const adapter = new JSONFile('db.json');
export const low = await JSONFilePreset('posts.json', { posts: [] });
export const mongo = await MongoMemoryServer.create();

// not: a file of another kind, a word
export const catalog = 'catalog.json';
export const kind = 'sqlite3';

// Sequelize
await sequelize.sync({ force: true });
await sequelize.sync({ alter: true });
await sequelize.sync();

// TypeORM
export const source = new DataSource({ type: 'postgres', synchronize: true, dropSchema: true, migrationsRun: true });
await source.runMigrations();

// MikroORM
await orm.getSchemaGenerator().updateSchema();
await orm.getMigrator().up();

// Knex, Drizzle
export const builder = knex({ client: 'pg' });
await builder.migrate.latest();
await migrate(libsql, { migrationsFolder: './drizzle' });

// not: a schema that is left alone
export const careful = new DataSource({ type: 'postgres', synchronize: false });
await shop.sync({ force: true });
await builder.migrate.rollback();
