import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { routeAccessOf, type RouteAccess } from '../../common/access';
import { DomainError } from '../../common/errors';
import { requestOf } from '../../common/http';
import { Clock } from '../../infrastructure/clock';
import { SessionActivity } from '../sessions';
import { RevocationState } from './tokens/revocation-state';
import type { VerifiedToken } from './tokens/verified-token';
import { VerifiedTokens } from './tokens/verified-tokens';

const SCHEME = 'bearer ';
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Sets `request.principal` on every route that is not public. A token seen before costs one hash and two look-ups
 * in memory; only at first sight does Passport verify its signature.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard('jwt') {
  private readonly accessOf = new WeakMap<object, RouteAccess | undefined>();

  constructor(
    private readonly verified: VerifiedTokens,
    private readonly revocation: RevocationState,
    private readonly activity: SessionActivity,
    private readonly clock: Clock,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.declaredAccess(context.getHandler());
    if (access?.kind === 'public') return true;
    const request = requestOf(context);
    if (access?.kind === 'authenticated' && access.orChallenge && bringsChallenge(request)) return true;
    const token = presentedToken(request);
    const known = this.verified.find(token);
    return known === undefined ? this.verifyFirst(context, request, token) : this.admit(request, known);
  }

  /** Passport's answer as our errors; called by {@link AuthGuard}. */
  override handleRequest<Verified>(error: unknown, verified: Verified | false): Verified {
    if (error instanceof Error) throw error;
    if (verified === false) throw new DomainError('AUTH.TOKEN_INVALID');
    return verified;
  }

  private declaredAccess(handler: object): RouteAccess | undefined {
    let access = this.accessOf.get(handler);
    if (access === undefined) {
      access = routeAccessOf(handler);
      this.accessOf.set(handler, access);
    }
    return access;
  }

  private async verifyFirst(
    context: ExecutionContext,
    request: FastifyRequest,
    token: string,
  ): Promise<boolean> {
    if (!TOKEN.test(token)) throw new DomainError('AUTH.TOKEN_INVALID');
    await super.canActivate(context);
    const { user } = request as FastifyRequest & { user: VerifiedToken };
    this.verified.remember(token, user);
    return this.admit(request, user);
  }

  private admit(request: FastifyRequest, token: VerifiedToken): boolean | Promise<boolean> {
    if (token.expiresAt <= this.clock.nowSeconds()) throw new DomainError('AUTH.TOKEN_EXPIRED');
    this.activity.touch(token.principal.sessionId);
    const revoked = this.revocation.isRevoked(token);
    if (typeof revoked === 'boolean') return admitUnless(revoked, request, token);
    return revoked.then((answer) => admitUnless(answer, request, token));
  }
}

function bringsChallenge({ body }: FastifyRequest): boolean {
  return typeof (body as { challengeId?: unknown } | null | undefined)?.challengeId === 'string';
}

/** What follows the scheme, in any form: only a token that was not seen before has its form to be looked at. */
function presentedToken({ headers: { authorization } }: FastifyRequest): string {
  if (authorization === undefined) throw new DomainError('AUTH.TOKEN_MISSING');
  if (authorization.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw new DomainError('AUTH.TOKEN_INVALID');
  }
  return authorization.slice(SCHEME.length);
}

function admitUnless(revoked: boolean, request: FastifyRequest, token: VerifiedToken): boolean {
  if (revoked) throw new DomainError('AUTH.TOKEN_REVOKED');
  request.principal = token.principal;
  return true;
}
