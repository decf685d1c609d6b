// What TypeScript adds.
import { Controller, Injectable, Module, Post, UseInterceptors } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { MicroserviceOptions, Transport } from '@nestjs/microservices';
import { FileInterceptor, MulterModule } from '@nestjs/platform-express';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Cron, Interval } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebSocketGateway } from '@nestjs/websockets';
import { createAdapter } from '@socket.io/redis-adapter';
import * as Joi from 'joi';
import * as v from 'valibot';

// process.env
export const stripeKey: string = process.env.STRIPE_KEY!;
export const redisHost: string = process.env.REDIS_HOST ?? 'localhost';
export const queueName = process.env.QUEUE_NAME as string;

// not: a value that is there
export const first = [1, 2].at(0)!;
export const nested = { env: { NAME: 'x' } }.env.NAME!;

// valibot
export const env = v.parse(v.object({ VALIBOT_KEY: v.string() }), process.env);

// @nestjs/config
@Injectable()
export class ShopService {
  constructor(private readonly config: ConfigService) {
    config.getOrThrow<string>('NEST_TOKEN');
    config.get('NEST_REGION', 'eu');
    this.config.get<string>('NEST_HOST', 'localhost');
    // not: a key that no variable has
    config.get('database.host');
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ validationSchema: Joi.object({ NEST_SECRET: Joi.string().required() }) }),
    TypeOrmModule.forRoot({ type: 'postgres', host: 'nest-db', synchronize: true }),
    MulterModule.register({ dest: './upload' }),
  ],
})
export class ShopModule {}

// @nestjs/schedule
@Injectable()
export class Tasks {
  @Cron('0 3 * * *')
  nightly(): void {}

  @Interval(60000)
  refresh(): void {}
}

// @nestjs/platform-express
@Controller('avatars')
export class AvatarsController {
  @Post()
  @UseInterceptors(FileInterceptor('file', { dest: './avatars' }))
  create(): void {}

  // not: a file in memory
  @Post('memory')
  @UseInterceptors(FileInterceptor('file'))
  keep(): void {}
}

// @nestjs/websockets
@WebSocketGateway({ namespace: 'chat' })
export class ChatGateway {}

export class RedisIoAdapter extends IoAdapter {
  connect(): unknown {
    return createAdapter;
  }
}

// @nestjs/microservices
async function bootstrap(): Promise<void> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(ShopModule, {
    transport: Transport.RMQ,
    options: { urls: ['amqp://rabbit:5672'], queue: 'orders' },
  });
  app.enableShutdownHooks();
  await app.listen();
}

// not: acknowledged by hand
export const careful = { transport: Transport.RMQ, options: { queue: 'orders', noAck: false } };

// not: decorators of other kinds, classes of other kinds
@Injectable()
export class Plain {}
export class Derived extends Plain {}

// not: a type with the name of a store
export type Session = { store: string };
export interface Options {
  synchronize: true;
}

// not: a declaration of what there may be, names of signals, a comment with process.env.COMMENTED_OUT!
declare global {
  namespace NodeJS {
    interface ProcessEnv {
      DECLARED_KEY: string;
    }
  }
}
export enum Stop {
  Terminated = 'SIGTERM',
}

// not: a URL of the web, the beginning of one of a service
export const home: string = 'https://shop.example/redis';
export const isRedis = (address: string): boolean => address.startsWith('redis://');

void bootstrap();
