import type { Bench } from '../harness/bench';
import { interleave } from '../harness/rounds';
import type { Server } from '../harness/server-process';
import { idOf, seedGrants, seedWorld, WORLD } from '../harness/world';
import { administrator, evaluations } from '../harness/world-callers';
import { HttpConnection } from '../load/http-connection';
import type { LoadResult, RequestSpec } from '../load/plan';
import { serialise } from '../load/serialise';
import { median } from '../statistics';

const TIMES = 10;
const QUESTIONS = 2_000;
const PAGE = 50;

type Headers = Readonly<Record<string, string>>;

/** How p99s change when everybody holds ten times as much. */
export async function growthOfGrants(bench: Bench): Promise<Record<string, number>> {
  const few = await policyOf(bench, 1);
  const many = await policyOf(bench, TIMES);
  const values = await interleave(bench, {
    'asked again, few': () => askAgain(bench, few),
    'asked again, many': () => askAgain(bench, many),
    'asked first, few': () => askFirst(bench, few.database),
    'asked first, many': () => askFirst(bench, many.database),
    'listed, few': () => list(bench, few),
    'listed, many': () => list(bench, many),
  });
  const ratioOf = (what: string): number =>
    median(values[`${what}, many`]!.map((value, round) => value / values[`${what}, few`]![round]!));
  return {
    [`evaluation p99, ${TIMES} × grants`]: ratioOf('asked again'),
    [`first evaluation of a subject p99, ${TIMES} × grants`]: ratioOf('asked first'),
    [`page of assignments p99, ${TIMES} × grants`]: ratioOf('listed'),
    'policy reads of all assignments': await fullReads(bench, many.database),
  };
}

interface Policy {
  readonly database: string;
  readonly server: Server;
  readonly headers: Headers;
}

async function policyOf(bench: Bench, times: number): Promise<Policy> {
  const database = await bench.database();
  await seedWorld(database);
  await seedGrants(database, (times - 1) * WORLD.assignments);
  const server = await bench.application(database);
  const headers = await administrator(server);
  await bench.warmUp(server, { connections: 1, requests: evaluations(headers, QUESTIONS, 1) });
  return { database, server, headers };
}

async function askAgain(bench: Bench, { server, headers }: Policy): Promise<number> {
  const requests = evaluations(headers, QUESTIONS, 1);
  return (await bench.load(server, { connections: 1, requests })).p99Ms;
}

/** A new process has nobody in memory: each subject is read from PostgreSQL, with all that it holds. */
async function askFirst(bench: Bench, database: string): Promise<number> {
  const server = await bench.application(database);
  const requests = evaluations(await administrator(server), QUESTIONS, 1);
  const { p99Ms }: LoadResult = await bench.load(server, {
    connections: 1,
    requests,
    warmMs: 0,
    measure: { requests: QUESTIONS },
  });
  await server.stop();
  return p99Ms;
}

async function list(bench: Bench, { server, headers }: Policy): Promise<number> {
  const requests = pages(headers);
  return (await bench.load(server, { connections: 1, requests })).p99Ms;
}

/** By principal, by role and by resource. */
function pages(headers: Headers): RequestSpec[] {
  const filters = [`principalId=${idOf('d', 7)}`, `roleId=${idOf('e', 2)}`, `resourceId=${idOf('c', 2)}`];
  return filters.map((filter) => ({
    method: 'GET',
    path: `/v1/assignments?limit=${PAGE}&${filter}`,
    headers,
  }));
}

/** Reads in PostgreSQL's log by which plans a question and the pages were answered. */
async function fullReads(bench: Bench, database: string): Promise<number> {
  await bench.postgres.explainStatements(database);
  const server = await bench.application(database);
  const headers = await administrator(server);
  const connection = await HttpConnection.open(server.origin);
  const before = bench.postgres.countReads('assignments');
  for (const request of [...evaluations(headers, 1, 1), ...pages(headers)]) {
    const { status } = await connection.send(serialise(server.origin, request));
    if (status !== 200) throw new Error(`${request.path} was answered ${status}`);
  }
  connection.close();
  const after = bench.postgres.countReads('assignments');
  if (after.all === before.all) throw new Error('No plan that reads assignments was logged');
  return after.full - before.full;
}
