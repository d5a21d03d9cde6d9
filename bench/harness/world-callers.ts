import { ADMIN } from '../../test/support/service';
import { HttpConnection } from '../load/http-connection';
import type { RequestSpec } from '../load/plan';
import { serialise } from '../load/serialise';
import { signIn } from './accounts';
import type { Server } from './server-process';
import { bearer } from './tokens';
import { DOCUMENTS, idOf, PERMISSION, questionOf } from './world';

const EDITS = 20;
/** Even, so that it grants; and its holder has it on a document of his own. */
const ROLE = 2;
const USER = 0;

export async function administrator({ origin }: Server): Promise<Record<string, string>> {
  const { accessToken } = await signIn(origin, ADMIN.username, ADMIN.password);
  return bearer(accessToken);
}

/** AuthZEN evaluations, each of `size` questions. */
export function evaluations(
  headers: Readonly<Record<string, string>>,
  count: number,
  size: number,
): RequestSpec[] {
  return Array.from({ length: count }, (_, request) => {
    const items = Array.from({ length: size }, (__, item) => {
      const { subject, resource } = questionOf(request * size + item);
      return evaluationOf(subject, resource);
    });
    return size === 1
      ? { method: 'POST', path: '/access/v1/evaluation', headers, body: items[0] }
      : { method: 'POST', path: '/access/v1/evaluations', headers, body: { evaluations: items } };
  });
}

function evaluationOf(subject: string, resource: string): object {
  return {
    subject: { type: 'user', id: subject },
    action: { name: PERMISSION },
    resource: { type: 'document', id: resource },
  };
}

/** Takes a grant from a role and gives it back, and asks as soon as the edit is answered. */
export async function editsSeen(server: Server): Promise<{ stale: number; delaysMs: number[] }> {
  const headers = await administrator(server);
  const connection = await HttpConnection.open(server.origin);
  const send = async (request: RequestSpec): Promise<Record<string, unknown>> => {
    const { status, body } = await connection.send(serialise(server.origin, request));
    if (status !== 200) throw new Error(`${request.path} was answered ${status} ${body}`);
    return JSON.parse(body) as Record<string, unknown>;
  };
  const path = `/v1/roles/${idOf('e', ROLE)}`;
  const question: RequestSpec = {
    method: 'POST',
    path: '/access/v1/evaluation',
    headers,
    body: evaluationOf(idOf('d', USER), idOf('c', ROLE % DOCUMENTS)),
  };
  let stale = 0;
  const delaysMs: number[] = [];
  const isAllowed = async (): Promise<boolean> => (await send(question)).decision === true;
  if (!(await isAllowed())) throw new Error('The role does not grant what it is to lose');
  for (let edit = 0; edit < EDITS; edit++) {
    const grants = edit % 2 === 0 ? [] : [PERMISSION];
    const { version } = await send({ method: 'GET', path, headers });
    await send({
      method: 'PATCH',
      path,
      headers: { ...headers, 'if-match': `"${String(version)}"` },
      body: { grants },
    });
    const answeredAt = performance.now();
    while ((await isAllowed()) !== grants.length > 0) stale++;
    delaysMs.push(performance.now() - answeredAt);
  }
  connection.close();
  return { stale, delaysMs };
}
