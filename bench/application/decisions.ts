import 'reflect-metadata';
import './no-op.permissions';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module';
import { AccessService, type AccessRequest } from '../../src/modules/rbac';
import { ask, growthOf, questions, serveRounds, type DecidingRound } from '../harness/deciding';
import { DOCUMENTS, idOf, PERMISSION, WORLD } from '../harness/world';
import { median, percentile } from '../statistics';

const CHUNK = 10_000;
const PAUSE_MS = 5;
const EXPLANATIONS = 2_000;
const LOADED_TOGETHER = 200;

export interface DecisionRound extends DecidingRound {
  readonly p99Us: number;
  readonly explainUs: number;
}

/** The built product's engine, asked within its own process, by turns with look-ups in sets of names. */
async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const access = app.get(AccessService, { strict: false });
  const requests = questions.map(({ subject, resource }) => requestOf(subject, resource));
  const namesOf = new Map(questions.map(({ subject }) => [subject, new Set([PERMISSION])]));
  const memoryMiB = await growthOf(() => loadAll(access));
  serveRounds(async (): Promise<DecisionRound> => {
    const flat = await ask((n) => namesOf.get(questions[n]!.subject)?.has(PERMISSION) === true);
    const scoped = await ask((n) => isAllowed(access, requests[n]!));
    return {
      flatPerSecond: flat.perSecond,
      scopedPerSecond: scoped.perSecond,
      answers: scoped.answers,
      p99Us: await p99Of(access, requests),
      explainUs: await explanation(access, requests),
      memoryMiB,
    };
  });
}

function requestOf(subject: string, resource: string): AccessRequest {
  return { subject: { type: 'user', id: subject }, permission: PERMISSION, resource };
}

/** Every user and every document is asked for once: from then on all of them are in memory. */
async function loadAll(access: AccessService): Promise<void> {
  for (let first = 0; first < DOCUMENTS; first += LOADED_TOGETHER) {
    const count = Math.min(LOADED_TOGETHER, DOCUMENTS - first);
    await Promise.all(
      Array.from({ length: count }, async (_, offset) => {
        const document = first + offset;
        return access.decide(requestOf(idOf('d', document % WORLD.users), idOf('c', document)));
      }),
    );
  }
}

async function p99Of(access: AccessService, requests: readonly AccessRequest[]): Promise<number> {
  const latencies = new Float64Array(requests.length);
  for (const [index, request] of requests.entries()) {
    if (index % CHUNK === 0) await sleep(PAUSE_MS);
    const startedAt = performance.now();
    isAllowed(access, request);
    latencies[index] = 1_000 * (performance.now() - startedAt);
  }
  return percentile(latencies, 0.99);
}

async function explanation(access: AccessService, requests: readonly AccessRequest[]): Promise<number> {
  const latencies: number[] = [];
  for (const request of requests.slice(0, EXPLANATIONS)) {
    const startedAt = performance.now();
    await access.explain(request);
    latencies.push(1_000 * (performance.now() - startedAt));
  }
  return median(latencies);
}

function isAllowed(access: AccessService, request: AccessRequest): boolean {
  const decision = access.decide(request);
  if (decision instanceof Promise) throw new Error('A decision was not made in memory');
  return decision.allowed;
}

void main();
