import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../common/access';
import type { EventContext } from '../../common/events';
import { AsyncScope } from '../async-scope';

/** One a process: the server and the logger, which exist before the container, share it with what is injected. */
const requests = new AsyncScope<FastifyRequest>();

const SYSTEM_ACTOR = { type: 'system', id: null } as const;
const ANONYMOUS_ACTOR = { type: 'anonymous', id: null } as const;

/**
 * The request that the running code serves, for whoever must say so (audit, logs) without being handed it. Empty in
 * work that no request caused, and in handlers that are `@Synchronous()`.
 */
@Injectable()
export class RequestContext {
  /** Everything that `work` starts belongs to `request`, until the promise that it returns is settled. */
  serve<Result>(request: FastifyRequest, work: () => Result): Result {
    return requests.run(request, work);
  }

  /** Where a fact of this request comes from, as plain data that outlives the request. */
  capture(): EventContext {
    const { principal, requestId, ip, userAgent } = this;
    const nobody = requestId === null ? SYSTEM_ACTOR : ANONYMOUS_ACTOR;
    return {
      actor: principal === undefined ? nobody : { type: principal.subjectType, id: principal.subject },
      requestId,
      sessionId: principal?.sessionId ?? null,
      ip,
      userAgent,
    };
  }

  get requestId(): string | null {
    return requests.value?.id ?? null;
  }

  /** The client's address, as far as trusted proxies vouch for it. */
  get ip(): string | null {
    return requests.value?.ip ?? null;
  }

  get userAgent(): string | null {
    return requests.value?.headers['user-agent'] ?? null;
  }

  get principal(): Principal | undefined {
    return requests.value?.principal;
  }
}
