import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  AssurancePolicy,
  requiredAssuranceOf,
  type Principal,
  type RequiredAssurance,
} from '../../../common/access';
import { requestOf } from '../../../common/http';

/** Holds `@RequireAuth()`. */
@Injectable()
export class AssuranceGuard implements CanActivate {
  private readonly requiredBy = new Map<object, RequiredAssurance | undefined>();

  constructor(private readonly assurance: AssurancePolicy) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const required = this.demandOf(context.getHandler());
    if (required === undefined) return true;
    const { principal } = requestOf(context);
    return principal !== undefined && this.satisfies(principal, required);
  }

  private demandOf(handler: object): RequiredAssurance | undefined {
    if (!this.requiredBy.has(handler)) this.requiredBy.set(handler, requiredAssuranceOf(handler));
    return this.requiredBy.get(handler);
  }

  private async satisfies(principal: Principal, required: RequiredAssurance): Promise<boolean> {
    await this.assurance.require(principal, required);
    return true;
  }
}
