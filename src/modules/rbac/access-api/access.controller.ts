import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentPrincipal, type Principal } from '../../../common/access';
import type { ErrorCode } from '../../../common/errors';
import { ApiContract, RouteOptions } from '../../../common/http';
import { AccessApiService } from './access-api.service';
import { BatchAccessBody, CheckAccessBody, ListAccessBody } from './access.bodies';
import {
  AccessDecisionResponse,
  BatchAccessResponse,
  ExplainAccessResponse,
  ListAccessResponse,
} from './access.response';

const ERRORS: readonly ErrorCode[] = ['RBAC.MISSING_PERMISSION', 'RBAC.POLICY_VERSION_PENDING'];
const OTHERS = 'Asking for others than yourself needs `access:evaluate`.';

@ApiTags('access')
@Controller('v1/access')
export class AccessController {
  constructor(private readonly access: AccessApiService) {}

  @Post('check')
  @Authenticated()
  @ApiContract({
    summary: 'May somebody do this?',
    description: `Who or what is not known is not allowed, and no error. ${OTHERS}`,
    response: AccessDecisionResponse,
    errors: ERRORS,
  })
  check(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: CheckAccessBody }) body: CheckAccessBody,
  ): Promise<AccessDecisionResponse> {
    return this.access.check(caller, body);
  }

  @Post('batch')
  @Authenticated()
  @RouteOptions({ maxBodyBytes: 1_048_576 })
  @ApiContract({
    summary: 'Up to 1,000 checks at once',
    description: `The results are in the order of the checks. ${OTHERS}`,
    response: BatchAccessResponse,
    errors: ERRORS,
  })
  async batch(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: BatchAccessBody }) body: BatchAccessBody,
  ): Promise<BatchAccessResponse> {
    return { results: await this.access.batch(caller, body) };
  }

  @Post('explain')
  @Authenticated()
  @ApiContract({
    summary: 'Why may somebody do this, or why not?',
    description:
      'Which assignment decided, through which groups, role and node, with which values; and what nearly did. ' +
      `Of yourself you see effects and roles only, unless you hold \`access:evaluate\`. ${OTHERS}`,
    response: ExplainAccessResponse,
    errors: ERRORS,
  })
  explain(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: CheckAccessBody }) body: CheckAccessBody,
  ): Promise<ExplainAccessResponse> {
    return this.access.explain(caller, body);
  }

  @Post('list')
  @Authenticated()
  @ApiContract({
    summary: 'On which resources may somebody do this?',
    description: `Page by page, and one query a page whatever the number of resources. ${OTHERS}`,
    response: ListAccessResponse,
    errors: [...ERRORS, 'REQUEST.INVALID_CURSOR'],
  })
  async list(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: ListAccessBody }) body: ListAccessBody,
  ): Promise<ListAccessResponse> {
    const { items, nextCursor } = await this.access.list(caller, body);
    return { items: items.map(({ id, type, key, name }) => ({ id, type, key, name })), nextCursor };
  }
}
