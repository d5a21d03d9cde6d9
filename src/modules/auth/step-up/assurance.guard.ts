import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  insufficientAuthentication,
  requiredAssuranceOf,
  type Principal,
  type RequiredAssurance,
} from '../../../common/access';
import { Clock } from '../../../infrastructure/clock';
import { SecondFactorPolicy } from '../mfa/second-factor-policy';

/** Holds `@RequireAuth()`: whoever authenticated too long ago, or too weakly, is told to do so again (RFC 9470). */
@Injectable()
export class AssuranceGuard implements CanActivate {
  private readonly requiredBy = new Map<object, RequiredAssurance | undefined>();

  constructor(
    private readonly secondFactors: SecondFactorPolicy,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const required = this.demandOf(context.getHandler());
    if (required === undefined) return true;
    const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
    return principal !== undefined && this.satisfies(principal, required);
  }

  private demandOf(handler: object): RequiredAssurance | undefined {
    if (!this.requiredBy.has(handler)) this.requiredBy.set(handler, requiredAssuranceOf(handler));
    return this.requiredBy.get(handler);
  }

  private async satisfies(principal: Principal, { acr, maxAge }: RequiredAssurance): Promise<boolean> {
    const level = acr === 'strongest' ? await this.secondFactors.levelOf(principal.subject) : acr;
    const isStrong = level === 'aal1' || principal.acr === 'aal2';
    const isRecent = maxAge === undefined || this.clock.nowSeconds() - principal.authTime <= maxAge;
    if (!isStrong || !isRecent) throw insufficientAuthentication(level, maxAge);
    return true;
  }
}
