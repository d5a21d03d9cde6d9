import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../../common/errors';
import { problemHeaders, statusOf, toProblem } from './problem';

const MAX_BODY_BYTES = 100 * 1024;

export interface HttpServerOptions {
  readonly trustedProxies: readonly string[];
}

/** The server: limits against slow and large requests, ids of our own, and a problem even where no route is met. */
export function createHttpAdapter({ trustedProxies }: HttpServerOptions): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: () => uuidv7(),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 15_000,
    connectionTimeout: 20_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const error = new DomainError('REQUEST.MALFORMED');
      void reply
        .status(400)
        .headers({ ...problemHeaders(error), 'x-request-id': request.id, 'cache-control': 'no-store' })
        .send(JSON.stringify(toProblem(error, request.id)));
    },
    clientErrorHandler: (_error, socket) => {
      answerUnreadableRequest(socket);
    },
  });
}

/** What is not even HTTP never becomes a request; it is answered on the bare socket. */
function answerUnreadableRequest(socket: Socket): void {
  if (!socket.writable) return;
  const error = new DomainError('REQUEST.MALFORMED');
  const requestId = uuidv7();
  const body = JSON.stringify(toProblem(error, requestId));
  const headers = {
    ...problemHeaders(error),
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${statusOf(error.kind)} Bad Request\r\n${lines.join('')}\r\n${body}`);
}
