import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import type { Page } from '../../../common/http';
import { CursorCodec, keysetPage } from '../../../infrastructure/pagination';
import { AccessService } from '../access.service';
import type { DecideOptions } from '../engine/access-request';
import type { Resource } from '../resources/resource';
import { ResourcesRepository } from '../resources/resources.repository';
import type { BatchAccessBody, CheckAccessBody, ListAccessBody } from './access.bodies';
import { AccessQuestions } from './access-questions';
import {
  toAccessDecisionResponse,
  toExplainAccessResponse,
  toRedactedExplanation,
  type AccessDecisionResponse,
  type ExplainAccessResponse,
} from './access.response';

const LIST = 'access';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The questions of the API. Each may be asked of oneself; of others by who holds `access:evaluate`. */
@Injectable()
export class AccessApiService {
  constructor(
    private readonly access: AccessService,
    private readonly questions: AccessQuestions,
    private readonly resources: ResourcesRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws DomainError `RBAC.MISSING_PERMISSION`, `RBAC.POLICY_VERSION_PENDING` */
  async check(caller: Principal, body: CheckAccessBody): Promise<AccessDecisionResponse> {
    await this.questions.requireMayAsk(caller, [body]);
    const request = this.questions.toRequest(caller, body);
    return toAccessDecisionResponse(await this.access.decide(request, atLeast(body.minPolicyVersion)));
  }

  /** In order, all by one version of the policy or later ones. @throws as {@link check} */
  async batch(
    caller: Principal,
    { checks, minPolicyVersion }: BatchAccessBody,
  ): Promise<AccessDecisionResponse[]> {
    await this.questions.requireMayAsk(caller, checks);
    const versions = [minPolicyVersion, ...checks.map((check) => check.minPolicyVersion)];
    const requests = checks.map((check) => this.questions.toRequest(caller, check));
    return (await this.access.decideMany(requests, atLeast(...versions))).map(toAccessDecisionResponse);
  }

  /** Whole for who may ask for others, else without what others configured. @throws as {@link check} */
  async explain(caller: Principal, body: CheckAccessBody): Promise<ExplainAccessResponse> {
    await this.questions.requireMayAsk(caller, [body]);
    const request = this.questions.toRequest(caller, body);
    const explanation = await this.access.explain(request, atLeast(body.minPolicyVersion));
    const isTrusted = await this.questions.mayAskForOthers(caller);
    return isTrusted ? toExplainAccessResponse(explanation) : toRedactedExplanation(explanation);
  }

  /** @throws as {@link check}, and `REQUEST.INVALID_CURSOR` */
  async list(caller: Principal, body: ListAccessBody): Promise<Page<Resource>> {
    await this.questions.requireMayAsk(caller, [body]);
    const { type, limit, cursor, minPolicyVersion } = body;
    const access = await this.access.list(this.questions.toRequest(caller, body), atLeast(minPolicyVersion));
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const filter = { access, ...(type !== undefined && { type }) };
    const rows = await this.resources.findPage(filter, afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }
}

function atLeast(...versions: readonly (string | undefined)[]): DecideOptions {
  const known = versions.filter((version) => version !== undefined).map(BigInt);
  if (known.length === 0) return {};
  return { minPolicyVersion: known.reduce((a, b) => (a > b ? a : b)).toString() };
}
