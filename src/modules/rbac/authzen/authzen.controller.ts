import { Body, Controller, Get, Inject, Post, Req } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Authenticated, CurrentPrincipal, Public, type Principal } from '../../../common/access';
import type { ErrorCode } from '../../../common/errors';
import { ApiContract, RouteOptions } from '../../../common/http';
import { appConfig } from '../../../config/app.config';
import {
  EvaluationBody,
  EvaluationsBody,
  SearchActionBody,
  SearchResourceBody,
  SearchSubjectBody,
} from './authzen.bodies';
import {
  ActionSearchResponse,
  AuthZenConfiguration,
  EvaluationResponse,
  EvaluationsResponse,
  SearchResponse,
} from './authzen.responses';
import { EvaluationService } from './evaluation.service';
import { SearchService } from './search.service';

const ERRORS: readonly ErrorCode[] = ['RBAC.MISSING_PERMISSION'];
const SEARCH_ERRORS: readonly ErrorCode[] = [...ERRORS, 'REQUEST.INVALID_CURSOR'];
const OTHERS = 'Asking for others than yourself needs `access:evaluate`.';
const PAGES = 'Page by page: `page.token` repeats `next_token`, with the same question.';

/** OpenID AuthZEN Authorization API 1.0: any enforcement point that speaks it can ask us. */
@ApiTags('authzen')
@Controller()
export class AuthZenController {
  constructor(
    private readonly evaluations: EvaluationService,
    private readonly search: SearchService,
    @Inject(appConfig.KEY) private readonly config: ConfigType<typeof appConfig>,
  ) {}

  @Get('.well-known/authzen-configuration')
  @Public()
  @ApiContract({ summary: 'Where this decision point is asked', response: AuthZenConfiguration })
  configuration(@Req() request: FastifyRequest): AuthZenConfiguration {
    const base = this.config.publicUrl ?? addressOf(request);
    return {
      policy_decision_point: base,
      access_evaluation_endpoint: `${base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      search_subject_endpoint: `${base}/access/v1/search/subject`,
      search_resource_endpoint: `${base}/access/v1/search/resource`,
      search_action_endpoint: `${base}/access/v1/search/action`,
    };
  }

  @Post('access/v1/evaluation')
  @Authenticated()
  @RouteOptions({ echoesRequestId: true })
  @ApiContract({
    summary: 'One access evaluation',
    description: `Who or what is not known is denied, and no error. ${OTHERS}`,
    response: EvaluationResponse,
    errors: ERRORS,
  })
  evaluate(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: EvaluationBody }) body: EvaluationBody,
  ): Promise<EvaluationResponse> {
    return this.evaluations.evaluate(caller, body);
  }

  @Post('access/v1/evaluations')
  @Authenticated()
  @RouteOptions({ echoesRequestId: true, maxBodyBytes: 1_048_576 })
  @ApiContract({
    summary: 'Up to 1,000 access evaluations',
    description: `In order; the semantic says whether the first denial or permission is the last word. ${OTHERS}`,
    response: EvaluationsResponse,
    errors: ERRORS,
  })
  evaluateAll(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: EvaluationsBody }) body: EvaluationsBody,
  ): Promise<EvaluationsResponse> {
    return this.evaluations.evaluateAll(caller, body);
  }

  @Post('access/v1/search/subject')
  @Authenticated()
  @RouteOptions({ echoesRequestId: true })
  @ApiContract({
    summary: 'Who may do this?',
    description: `Through groups as well. Users are answered by username. ${PAGES} ${OTHERS}`,
    response: SearchResponse,
    errors: SEARCH_ERRORS,
  })
  findSubjects(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: SearchSubjectBody }) body: SearchSubjectBody,
  ): Promise<SearchResponse> {
    return this.search.findSubjects(caller, body);
  }

  @Post('access/v1/search/resource')
  @Authenticated()
  @RouteOptions({ echoesRequestId: true })
  @ApiContract({
    summary: 'On which resources of a type may somebody do this?',
    description: `Resources are answered by key. ${PAGES} ${OTHERS}`,
    response: SearchResponse,
    errors: SEARCH_ERRORS,
  })
  findResources(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: SearchResourceBody }) body: SearchResourceBody,
  ): Promise<SearchResponse> {
    return this.search.findResources(caller, body);
  }

  @Post('access/v1/search/action')
  @Authenticated()
  @RouteOptions({ echoesRequestId: true })
  @ApiContract({
    summary: 'What may somebody do here?',
    description: `${PAGES} ${OTHERS}`,
    response: ActionSearchResponse,
    errors: SEARCH_ERRORS,
  })
  findActions(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: SearchActionBody }) body: SearchActionBody,
  ): Promise<ActionSearchResponse> {
    return this.search.findActions(caller, body);
  }
}

/** As the caller reached it. What it says of a forwarded host is not believed: anybody can say that. */
function addressOf({ protocol, headers: { host = '' } }: FastifyRequest): string {
  return `${protocol === 'https' ? 'https' : 'http'}://${host}`;
}
