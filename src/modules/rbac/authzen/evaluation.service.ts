import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { AccessQuestions } from '../access-api/access-questions';
import { AccessService } from '../access.service';
import { EvaluationBody, type EvaluationsBody, type Semantic } from './authzen.bodies';
import { toEvaluation, type EvaluationResponse, type EvaluationsResponse } from './authzen.responses';
import { EntityNames } from './entity-names';

/** The answer after which the rest is not evaluated any more. */
const LAST_WORD: Readonly<Record<Semantic, boolean | undefined>> = {
  execute_all: undefined,
  deny_on_first_deny: false,
  permit_on_first_permit: true,
};

const INCOMPLETE: EvaluationResponse = {
  decision: false,
  context: {
    error: { status: 400, message: 'The evaluation lacks a well-formed subject, action or resource.' },
  },
};

/** AuthZEN 1.0: Access Evaluation and Access Evaluations. */
@Injectable()
export class EvaluationService {
  constructor(
    private readonly access: AccessService,
    private readonly questions: AccessQuestions,
    private readonly names: EntityNames,
  ) {}

  /** @throws DomainError `RBAC.MISSING_PERMISSION` */
  async evaluate(caller: Principal, body: EvaluationBody): Promise<EvaluationResponse> {
    const [evaluation = INCOMPLETE] = await this.decide(caller, [body]);
    return evaluation;
  }

  /** @throws DomainError `REQUEST.MALFORMED`, `RBAC.MISSING_PERMISSION` */
  async evaluateAll(caller: Principal, body: EvaluationsBody): Promise<EvaluationsResponse> {
    const { evaluations = [], options, ...defaults } = body;
    if (evaluations.length === 0) return this.evaluate(caller, requireComplete(defaults));
    const items = evaluations.map((evaluation) => {
      const merged = EvaluationBody.safeParse({ ...defaults, ...evaluation });
      return merged.success ? merged.data : undefined;
    });
    const decided = await this.decide(
      caller,
      items.filter((item) => item !== undefined),
    );
    const answers = items.map((item) => (item === undefined ? INCOMPLETE : (decided.shift() ?? INCOMPLETE)));
    const lastWord = LAST_WORD[options?.evaluations_semantic ?? 'execute_all'];
    const last = answers.findIndex(({ decision }) => decision === lastWord);
    return { evaluations: last === -1 ? answers : answers.slice(0, last + 1) };
  }

  private async decide(caller: Principal, items: readonly EvaluationBody[]): Promise<EvaluationResponse[]> {
    const questions = await this.names.resolve(items, (asked) => this.questions.requireMayAsk(caller, asked));
    const requests = questions.map((question) => this.questions.toRequest(caller, question));
    return (await this.access.decideMany(requests)).map(toEvaluation);
  }
}

function requireComplete(body: unknown): EvaluationBody {
  const result = EvaluationBody.safeParse(body);
  if (result.success) return result.data;
  throw new DomainError('REQUEST.MALFORMED', {
    detail: 'Send evaluations, or a subject, action and resource.',
  });
}
