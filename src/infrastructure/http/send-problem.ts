import type { FastifyReply } from 'fastify';
import type { DomainError } from '../../common/errors';
import { problemHeaders, problemOf, statusOf } from './problem';

/** Answers with `error`, unless an answer is on its way already. */
export function sendProblem(reply: FastifyReply, error: DomainError, requestId: string): void {
  if (reply.sent || reply.raw.headersSent) return;
  reply.problemCode = error.code;
  void reply
    .code(statusOf(error.code))
    .headers(problemHeaders(error))
    .send(JSON.stringify(problemOf(error, requestId)));
}
