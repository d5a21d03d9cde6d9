import { Injectable } from '@nestjs/common';
import { SubjectDirectory, type Principal } from '../../../common/access';
import { AccessQuestions, type Question } from '../access-api/access-questions';
import { AccessService } from '../access.service';
import { ResourcesRepository } from '../resources/resources.repository';
import type { SearchActionBody, SearchResourceBody, SearchSubjectBody } from './authzen.bodies';
import type { ActionSearchResponse, SearchResponse } from './authzen.responses';
import { EntityNames } from './entity-names';
import { SearchPages } from './search-page';
import { SearchRepository } from './search.repository';

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** How many a page looks at: one that finds little still ends, and says where to go on. */
const MAX_CANDIDATES = 1_000;

/** AuthZEN 1.0: the Search APIs. What they answer, evaluates to true. */
@Injectable()
export class SearchService {
  constructor(
    private readonly access: AccessService,
    private readonly questions: AccessQuestions,
    private readonly names: EntityNames,
    private readonly pages: SearchPages,
    private readonly search: SearchRepository,
    private readonly resources: ResourcesRepository,
    private readonly directory: SubjectDirectory,
  ) {}

  /** @throws DomainError `RBAC.MISSING_PERMISSION`, `REQUEST.INVALID_CURSOR` */
  async findSubjects(caller: Principal, body: SearchSubjectBody): Promise<SearchResponse> {
    const { type } = body.subject;
    const question = await this.resolve(caller, { ...body, subject: { type, id: BEFORE_ALL } });
    const candidates = await this.search.findCandidates(
      question.resource?.id ?? BEFORE_ALL,
      type,
      this.pages.startOf(body, BEFORE_ALL),
      MAX_CANDIDATES,
    );
    const { found, last } = await this.allowedOf(caller, this.pages.limitOf(body), candidates, (id) => ({
      ...question,
      subject: { type: type as 'user', id },
    }));
    const nameOf = type === 'user' ? await this.directory.findUsernames(found) : new Map<string, string>();
    return this.pages.answer(
      body,
      found.map((id) => ({ type, id: nameOf.get(id) ?? id })),
      last,
    );
  }

  /** @throws as {@link findSubjects} */
  async findResources(caller: Principal, body: SearchResourceBody): Promise<SearchResponse> {
    const { type } = body.resource;
    const question = await this.resolve(caller, { ...body, resource: { ...body.resource, id: BEFORE_ALL } });
    const { resource: _anyOfTheType, ...request } = this.questions.toRequest(caller, question);
    const access = await this.access.list(request);
    const limit = this.pages.limitOf(body);
    const start = this.pages.startOf(body, BEFORE_ALL);
    const rows = await this.resources.findPage({ type, access }, start, limit + 1);
    const found = rows.slice(0, limit);
    const last = rows.length > limit ? (found.at(-1)?.id ?? start) : null;
    return this.pages.answer(
      body,
      found.map(({ key }) => ({ type, id: key })),
      last,
    );
  }

  /** @throws as {@link findSubjects} */
  async findActions(caller: Principal, body: SearchActionBody): Promise<ActionSearchResponse> {
    const question = await this.resolve(caller, { ...body, action: { name: ':' } });
    const candidates = await this.search.findPermissions(this.pages.startOf(body, ''), MAX_CANDIDATES);
    const { found, last } = await this.allowedOf(
      caller,
      this.pages.limitOf(body),
      candidates,
      (permission) => ({ ...question, permission }),
    );
    return this.pages.answer(
      body,
      found.map((name) => ({ name })),
      last,
    );
  }

  private async resolve(
    caller: Principal,
    named: Parameters<EntityNames['resolve']>[0][number],
  ): Promise<Question> {
    const [question = { permission: ':' }] = await this.names.resolve([named], (asked) =>
      this.questions.requireMayAsk(caller, asked),
    );
    return question;
  }

  /** The first `limit` candidates for whom the answer is yes, and the last that was looked at if others follow. */
  private async allowedOf(
    caller: Principal,
    limit: number,
    candidates: readonly string[],
    questionOf: (candidate: string) => Question,
  ): Promise<{ found: string[]; last: string | null }> {
    const requests = candidates.map((candidate) => this.questions.toRequest(caller, questionOf(candidate)));
    const decisions = await this.access.decideMany(requests);
    const allowed = candidates.filter((_, index) => decisions[index]?.allowed === true);
    if (allowed.length > limit) return { found: allowed.slice(0, limit), last: allowed[limit - 1] ?? null };
    return {
      found: allowed,
      last: candidates.length === MAX_CANDIDATES ? (candidates.at(-1) ?? null) : null,
    };
  }
}
