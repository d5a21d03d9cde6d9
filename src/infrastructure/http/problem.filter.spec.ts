import { Logger, type ArgumentsHost } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { ProblemFilter } from './problem.filter';

interface Answer {
  status?: number;
  headers: Record<string, string>;
  body?: string;
}

function answerTo(exception: unknown, { isSent = false } = {}): { answer: Answer; logged: string[] } {
  const answer: Answer = { headers: {} };
  const reply = {
    sent: isSent,
    raw: { headersSent: isSent },
    code: (status: number) => ((answer.status = status), reply),
    headers: (headers: Record<string, string>) => (Object.assign(answer.headers, headers), reply),
    send: (body: string) => ((answer.body = body), reply),
  };
  const request = { id: 'request-1', method: 'GET', routeOptions: { url: '/v1/users/:id' } };
  const host = { switchToHttp: () => ({ getRequest: () => request, getResponse: () => reply }) };
  const logged: string[] = [];
  const log = (message: unknown): void => void logged.push(JSON.stringify(message));
  Logger.overrideLogger({ log, error: log, warn: log });
  new ProblemFilter().catch(exception, host as unknown as ArgumentsHost);
  return { answer, logged };
}

describe('ProblemFilter', () => {
  afterAll(() => Logger.overrideLogger(false));

  it('answers what is expected, and does not log it', () => {
    const { answer, logged } = answerTo(
      new DomainError('USER.NOT_FOUND', { detail: 'No user has that id.' }),
    );
    expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(answer.body ?? '')).toEqual({
      type: 'urn:portcullis:error:USER.NOT_FOUND',
      title: 'There is no such user',
      status: 404,
      code: 'USER.NOT_FOUND',
      detail: 'No user has that id.',
      requestId: 'request-1',
    });
    expect(logged).toEqual([]);
  });

  it('logs a bug with its route, and not with the address that was asked for', () => {
    const { answer, logged } = answerTo(new TypeError('x is undefined'));
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('undefined');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('GET /v1/users/:id failed');
  });

  it('logs an outage in one line, and a refusal on purpose not at all', () => {
    const outage = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(answerTo(outage).logged).toEqual([
      '{"msg":"GET /v1/users/:id answered SERVICE.UNAVAILABLE: connect ECONNREFUSED","requestId":"request-1"}',
    ]);
    expect(answerTo(new DomainError('SERVICE.OVERLOADED')).logged).toEqual([]);
  });

  it('leaves alone what is answered already', () => {
    expect(answerTo(new Error('late'), { isSent: true }).answer.status).toBeUndefined();
  });
});
