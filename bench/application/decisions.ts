import 'reflect-metadata';
import './no-op.permissions';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module';
import { AccessService, type AccessRequest } from '../../src/modules/rbac';
import { DOCUMENTS, idOf, PERMISSION, questionOf, WORLD } from '../harness/world';
import { median, percentile } from '../statistics';

const QUESTIONS = 100_000;
const CHUNK = 10_000;
const EXPLANATIONS = 2_000;
const LOADED_TOGETHER = 200;
/** Between chunks the change feed gets its turn, as it does between requests: without it memory is not trusted. */
const PAUSE_MS = 5;

/** What is printed, as an array of one a round. */
export interface DecisionRound {
  readonly flatPerSecond: number;
  readonly checksPerSecond: number;
  readonly p99Us: number;
  readonly explainUs: number;
  readonly memoryMiB: number;
  readonly allowedShare: number;
}

/** The built product's engine, asked within its own process, by turns with look-ups in sets of names. */
async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const access = app.get(AccessService, { strict: false });
  const questions = Array.from({ length: QUESTIONS }, (_, n) => questionOf(n));
  const requests = questions.map(({ subject, resource }) => requestOf(subject, resource));
  const namesOf = new Map(questions.map(({ subject }) => [subject, new Set([PERMISSION])]));
  const before = heapBytes();
  await loadAll(access);
  const memoryMiB = (heapBytes() - before) / 2 ** 20;
  const rounds: DecisionRound[] = [];
  for (let round = 0; round < Number(process.env.ROUNDS); round++) {
    const flat = await run(({ subject }) => namesOf.get(subject.id)?.has(PERMISSION) === true, requests);
    const ours = await run((request) => isAllowed(access, request), requests);
    rounds.push({
      flatPerSecond: flat.perSecond,
      checksPerSecond: ours.perSecond,
      allowedShare: ours.trueShare,
      p99Us: await p99Of(access, requests),
      explainUs: await explanation(access, requests),
      memoryMiB,
    });
  }
  process.stdout.write(`${JSON.stringify(rounds)}\n`);
  process.exit(0);
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

async function run(
  check: (request: AccessRequest) => boolean,
  requests: readonly AccessRequest[],
): Promise<{ perSecond: number; trueShare: number }> {
  let [checks, found, spentMs] = [0, 0, 0];
  while (spentMs < Number(process.env.MEASURE_MS) || checks < requests.length) {
    const start = checks % requests.length;
    const startedAt = performance.now();
    for (let index = start; index < start + CHUNK; index++) if (check(requests[index]!)) found++;
    spentMs += performance.now() - startedAt;
    checks += CHUNK;
    await sleep(PAUSE_MS);
  }
  return { perSecond: (1_000 * checks) / spentMs, trueShare: found / checks };
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

function heapBytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}

void main();
