import { randomUUID } from 'node:crypto';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createClient, type RedisClientType } from '@redis/client';
import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { Circuit, COMMAND_TIMEOUT_MS, redisScript, type RedisClient } from '../redis';
import { CacheStore } from './cache-store';

const NAMESPACE = 'portcullis:cache';
const CIRCUIT_PAUSE_MS = 2_000;
const MAX_BACKOFF_MS = 5_000;
const MAX_QUEUED_COMMANDS = 1_000;
const PROBE_TTL_MS = 10_000;

const EXISTS = redisScript(`return redis.call('EXISTS', KEYS[1])`);

/**
 * In Redis, by cache-manager-redis-yet. It is used only once it has been shown to be shared: what is written here must
 * be seen by the direct client, because a store that is wired wrongly keeps its values in this process and says nothing.
 *
 * Never `clear()` it: that is FLUSHDB, and takes the rate limits with it.
 */
export class RedisCacheStore extends CacheStore implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Cache');
  private readonly circuit = new Circuit(CIRCUIT_PAUSE_MS);
  private readonly client: RedisClientType;
  private readonly keyv: Keyv;
  private isShared = false;
  private isStopped = false;

  constructor(
    url: string,
    private readonly redis: RedisClient,
  ) {
    super();
    // Not `redisStore()`: it waits for the first connection, and its client has no listener for errors, whose lack
    // ends the process.
    this.client = createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
      socket: {
        connectTimeout: 2_000,
        reconnectStrategy: (attempt) =>
          Math.min(100 * 2 ** attempt, MAX_BACKOFF_MS) * (0.5 + Math.random() / 2),
      },
    });
    this.client.on('error', () => (this.isShared = false)); // the direct client reports it
    this.client.on('ready', () => void this.verify());
    this.keyv = new Keyv({
      namespace: NAMESPACE,
      store: new KeyvAdapter(redisInsStore(this.client as never)),
      throwOnErrors: true,
    });
    this.keyv.on('error', () => undefined); // thrown as well
  }

  /** Starts to connect and does not wait: the service starts with or without Redis. */
  onModuleInit(): void {
    this.client.connect().catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.client.disconnect().catch(() => undefined);
  }

  override read(key: string): Promise<unknown> {
    return this.attempt(() => this.keyv.get<unknown>(key));
  }

  override async write(key: string, value: object, ttlMs: number): Promise<void> {
    await this.attempt(() => this.keyv.set(key, value, ttlMs));
  }

  private async attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (!this.isShared || !this.circuit.admits()) return undefined;
    try {
      const answer = await withinTime(command());
      this.circuit.reset();
      return answer;
    } catch {
      this.circuit.trip();
      return undefined;
    }
  }

  private async verify(): Promise<void> {
    const key = `self-check:${randomUUID()}`;
    try {
      await withinTime(this.keyv.set(key, true, PROBE_TTL_MS));
      const seen = await this.redis.evaluate(EXISTS, [`${NAMESPACE}:${key}`], []);
      this.isShared = seen === 1;
      if (!this.isShared) this.logger.error('The cache does not reach Redis and is not used');
    } catch {
      // Redis did not answer one of the two, which says nothing about the wiring.
      if (!this.isStopped) setTimeout(() => void this.verifyAgain(), CIRCUIT_PAUSE_MS).unref();
    }
  }

  private async verifyAgain(): Promise<void> {
    if (this.client.isReady && !this.isShared) await this.verify();
  }
}

/** A late answer of Redis is dropped; its client sends nothing twice. */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('Redis took too long'));
    }, COMMAND_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
