import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemHeaders, statusOf, toDomainError, toProblem } from './problem';

/** Every error leaves the service here. What is our own fault is logged in full and answered with a request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const { id } = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    if (error.kind === 'internal')
      this.logger.error(`Request ${id} failed`, thrown instanceof Error ? thrown.stack : thrown);
    if (reply.sent) return;
    void reply
      .status(statusOf(error.kind))
      .headers(problemHeaders(error))
      .send(JSON.stringify(toProblem(error, id)));
  }
}
