import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClsService, type ClsStore } from 'nestjs-cls';
import type { Principal } from '../../common/access';

interface RequestStore extends ClsStore {
  request?: FastifyRequest;
}

/** The request that the running code serves, for whoever must say so (audit, logs) without being handed it. */
@Injectable()
export class RequestContext {
  constructor(private readonly cls: ClsService<RequestStore>) {}

  /** Everything that `next` starts belongs to `request`. */
  run(request: FastifyRequest, next: () => void): void {
    this.cls.runWith({ request }, next);
  }

  get requestId(): string | null {
    return this.request?.id ?? null;
  }

  /** The client's address, as far as trusted proxies vouch for it. */
  get ip(): string | null {
    return this.request?.ip ?? null;
  }

  get userAgent(): string | null {
    return this.request?.headers['user-agent'] ?? null;
  }

  get principal(): Principal | undefined {
    return this.request?.principal;
  }

  private get request(): FastifyRequest | undefined {
    return this.cls.isActive() ? this.cls.get('request') : undefined;
  }
}
