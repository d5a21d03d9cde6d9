import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ObservedState, type DependencyCondition } from '../dependencies';
import { Circuit } from './circuit';
import { createConnection } from './connection';
import { COMMAND_TIMEOUT_MS, RedisClient, RedisUnavailableError, type RedisScript } from './redis-client';

const CIRCUIT_PAUSE_MS = 2_000;
const SUBSCRIBE_TIMEOUT_MS = 2_000;

export class IoredisClient extends RedisClient implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Redis');
  private readonly circuit = new Circuit(CIRCUIT_PAUSE_MS);
  private readonly observed = new ObservedState('down');
  private readonly redis: Redis;
  private isReported = false;

  constructor(private readonly url: string) {
    super();
    this.redis = createConnection(url, {
      connectionName: 'portcullis',
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A socket on which an answer is overdue may be dead without saying so: it is replaced by a new one.
      socketTimeout: COMMAND_TIMEOUT_MS + 50,
      // A primary that became a replica: its name may lead to the new primary by now.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.redis.on('ready', () => {
      this.observed.see('up');
      this.isReported = false;
      this.logger.log('Redis is connected');
    });
    this.redis.on('error', (error: Error) => this.reportLoss(error.message));
    this.redis.on('close', () => {
      this.observed.see('down');
      this.reportLoss('the connection was closed');
    });
  }

  override condition(): DependencyCondition {
    return { ...this.observed.current, breaker: this.circuit.isOpen ? 'open' : 'closed' };
  }

  /** Starts to connect and does not wait: the service starts with or without Redis. */
  onModuleInit(): void {
    this.redis.connect().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.isReported = true;
    this.redis.disconnect();
  }

  override evaluate(
    script: RedisScript,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    return this.attempt(async () => {
      try {
        return await this.redis.evalsha(script.sha1, keys.length, ...keys, ...values);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return this.redis.eval(script.text, keys.length, ...keys, ...values);
      }
    });
  }

  override async publish(channel: string, message: string): Promise<void> {
    await this.attempt(() => this.redis.publish(channel, message));
  }

  override subscribe(channel: string, onMessage: () => void): () => void {
    const subscriber = createConnection(this.url, {
      connectionName: 'portcullis-hints',
      commandTimeout: SUBSCRIBE_TIMEOUT_MS,
      autoResubscribe: false,
    });
    subscriber.on('error', () => undefined); // the command connection has reported it
    subscriber.on('message', onMessage);
    subscriber.on('ready', () => {
      subscriber.subscribe(channel).then(onMessage, () => subscriber.disconnect(true));
    });
    subscriber.connect().catch(() => undefined);
    return () => subscriber.disconnect();
  }

  private async attempt<T>(command: () => Promise<T>): Promise<T> {
    if (this.redis.status !== 'ready') throw new RedisUnavailableError('it is not connected');
    if (!this.circuit.admits()) throw new RedisUnavailableError('it has just failed');
    try {
      const answer = await command();
      this.circuit.reset();
      this.observed.see('up');
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.circuit.isOpen) this.logger.warn(`Redis is left alone for a moment: ${reason}`);
      this.circuit.trip();
      this.observed.see('down');
      throw new RedisUnavailableError(reason, error);
    }
  }

  /** Once an outage: the attempts to come back fail with errors of their own. */
  private reportLoss(reason: string): void {
    if (this.isReported) return;
    this.isReported = true;
    this.logger.warn(`Redis is not connected, and the service goes on without it: ${reason}`);
  }
}
