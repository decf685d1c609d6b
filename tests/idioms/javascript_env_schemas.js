// Schemas over the environment.
import { cleanEnv, str, port } from 'envalid';
import convict from 'convict';
import env from 'env-var';
import envSchema from 'env-schema';
import fastifyEnv from '@fastify/env';
import { createEnv } from '@t3-oss/env-core';
import { Type } from '@sinclair/typebox';
import Joi from 'joi';
import * as yup from 'yup';
import { z } from 'zod';

// zod
export const shop = z.object({
  ZOD_KEY: z.string().min(1),
  ZOD_HOST: z.string().default('localhost'),
  // not: optional
  ZOD_HINT: z.string().optional(),
}).parse(process.env);

// T3
export const t3 = createEnv({
  server: { T3_SECRET: z.string(), T3_CACHE: z.string().url().default('redis://localhost:6379') },
  runtimeEnv: process.env,
});

// Joi, yup
export const joi = Joi.object({
  JOI_KEY: Joi.string().required(),
  JOI_HOST: Joi.string().default('localhost'),
  // not: it may be left out
  JOI_HINT: Joi.string(),
});
export const people = yup.object({ YUP_KEY: yup.string().required() });

// TypeBox
export const typebox = Type.Object({
  TYPEBOX_KEY: Type.String(),
  TYPEBOX_HOST: Type.String({ default: 'localhost' }),
  // not: optional
  TYPEBOX_HINT: Type.Optional(Type.String()),
});

// @fastify/env, env-schema
export const schema = {
  type: 'object',
  required: ['SCHEMA_KEY'],
  properties: { SCHEMA_KEY: { type: 'string' }, SCHEMA_HOST: { type: 'string', default: 'localhost' } },
};
export const fromSchema = envSchema({ schema });
export const plugin = [fastifyEnv, { schema }];

// not: required parts of a body, in lower case
export const body = { type: 'object', required: ['name'], properties: { name: { type: 'string', default: 'x' } } };

// env-var
export const dbUrl = env.get('ENVVAR_DB_URL').required().asString();
export const cacheUrl = env.get('ENVVAR_CACHE_URL').default('redis://localhost:6379').asString();

// convict
export const convicted = convict({
  token: { format: String, default: null, env: 'CONVICT_TOKEN' },
  host: { format: String, default: 'localhost', env: 'CONVICT_HOST' },
});

// envalid
export const cleaned = cleanEnv(process.env, {
  ENVALID_KEY: str(),
  ENVALID_PORT: port({ default: 3000 }),
});

// not: a schema of what people send
export const order = z.object({ name: z.string(), amount: z.number().default(1) });

// not: a map whose get is asked for a word, a schema that is parsed over a body
export const first = new Map([['a', 1]]).get('a');
export const parsed = order.parse({ name: 'x' });
