import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { DomainError, type ErrorCode } from '../../common/errors';
import { problemHeaders, problemOf, statusOf } from './problem';
import { newRequestId } from './request-id';

/** Node's own note of the answer that the socket is busy with. */
interface AnsweringSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}

/** What Node's parser and its timeouts call it. */
const CODES: Readonly<Partial<Record<string, ErrorCode>>> = {
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMED_OUT',
};

/** Answers what never became a request: broken HTTP, oversized headers, a sender that was too slow. */
export function answerClientError(
  headers: Readonly<Record<string, string>>,
  { code }: NodeJS.ErrnoException,
  socket: AnsweringSocket,
): void {
  const isMidAnswer = socket._httpMessage?.headersSent === true;
  if (code === 'ECONNRESET' || !socket.writable || isMidAnswer) {
    socket.destroy();
    return;
  }
  const requestId = newRequestId();
  const error = new DomainError(CODES[code ?? ''] ?? 'REQUEST.MALFORMED');
  const body = JSON.stringify(problemOf(error, requestId));
  const lines = Object.entries({
    ...headers,
    ...problemHeaders(error),
    'x-request-id': requestId,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = statusOf(error.code);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
