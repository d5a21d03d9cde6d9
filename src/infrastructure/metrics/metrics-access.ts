import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';
import { metricsConfig } from '../../config/metrics.config';
import { sha256 } from '../crypto';

const SCHEME = /^bearer +/i;

/** Who may read the metrics: who presents the token or, where there is none, whoever asks from this very machine. */
@Injectable()
export class MetricsAccess {
  constructor(@Inject(metricsConfig.KEY) private readonly config: ConfigType<typeof metricsConfig>) {}

  /** @throws DomainError `REQUEST.NOT_FOUND`, `AUTH.TOKEN_MISSING`, `AUTH.TOKEN_INVALID` */
  require(request: FastifyRequest): void {
    const { enabled, token } = this.config;
    if (!enabled) throw new DomainError('REQUEST.NOT_FOUND');
    if (token !== undefined) requireToken(token, request.headers.authorization);
    else if (!isFromThisMachine(request)) throw new DomainError('REQUEST.NOT_FOUND');
  }
}

function requireToken(token: string, authorization: string | undefined): void {
  if (authorization === undefined) throw new DomainError('AUTH.TOKEN_MISSING');
  const presented = SCHEME.test(authorization) ? authorization.replace(SCHEME, '') : '';
  // Digests are of one length, and comparing them takes the same time wherever they differ.
  if (!timingSafeEqual(sha256(presented), sha256(token))) throw new DomainError('AUTH.TOKEN_INVALID');
}

/** A proxy on this machine asks for others, whom it names, trusted or not. */
function isFromThisMachine({ ip, headers }: FastifyRequest): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return (
    !isForwarded && (ip === '::1' || (isIP(ip.replace('::ffff:', '')) === 4 && /^(::ffff:)?127\./.test(ip)))
  );
}
