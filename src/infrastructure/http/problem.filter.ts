import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from '../../common/errors';
import { toDomainError } from './framework-errors';
import { sendProblem } from './send-problem';

/** The one place that turns a failure into an HTTP answer, and that logs what was not expected. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const error = toDomainError(exception);
    this.log(error, request);
    sendProblem(http.getResponse<FastifyReply>(), error, request.id);
  }

  private log({ kind, code, cause }: DomainError, { id, method, routeOptions }: FastifyRequest): void {
    if (kind !== 'internal' && kind !== 'unavailable') return;
    const route = `${method} ${routeOptions.url ?? '(no route)'}`;
    if (kind === 'internal') this.logger.error({ msg: `${route} failed`, requestId: id, err: cause });
    // No stack, and no line at all where we refuse on purpose: in an outage every request comes by here.
    else if (cause instanceof Error)
      this.logger.warn({ msg: `${route} answered ${code}: ${cause.message}`, requestId: id });
  }
}
