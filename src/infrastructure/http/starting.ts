import type { RequestListener } from 'node:http';
import { DomainError } from '../../common/errors';
import { problemHeaders, problemOf, statusOf } from './problem';
import { newRequestId } from './request-id';
import { standardHeaders } from './response-headers';

const LIVE = JSON.stringify({ status: 'live' });

/**
 * What the process answers until its application exists: it lives, and cannot serve yet. `checks` tells those who
 * ask what it waits for.
 */
export function answerWhileStarting(
  publicUrl: string | undefined,
  checks: () => Readonly<Record<string, string>>,
): RequestListener {
  const headers = standardHeaders(publicUrl);
  return ({ method = '', url = '' }, response) => {
    const requestId = newRequestId();
    response.setHeaders(new Map(Object.entries({ ...headers, 'x-request-id': requestId })));
    if (isRead(method) && pathOf(url) === '/health/live') {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(LIVE);
      return;
    }
    const error = new DomainError('SERVICE.UNAVAILABLE', {
      detail: 'The process is starting.',
      retryAfterSeconds: 1,
      ...(pathOf(url) === '/health/ready' && { extensions: { checks: checks() } }),
    });
    response
      .writeHead(statusOf(error.code), problemHeaders(error))
      .end(JSON.stringify(problemOf(error, requestId)));
  };
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
