import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { RequestContext } from '../../../infrastructure/request-context';
import { AccessService } from '../access.service';
import type { AccessContext, AccessRequest, AccessSubject, Properties } from '../engine/access-request';
import { contextOf } from '../request-circumstances';

export const MAY_ASK_FOR_OTHERS = 'access:evaluate';

/** A question as callers put it: names are resolved, the rest is as it came. */
export interface Question {
  readonly subject?: (AccessSubject & { readonly properties?: Properties | undefined }) | undefined;
  readonly permission: string;
  readonly resource?: { readonly id: string; readonly properties?: Properties | undefined } | undefined;
  readonly actionProperties?: Properties | undefined;
  readonly context?: Properties | undefined;
}

/** Who may ask what, and what the engine is told of it. */
@Injectable()
export class AccessQuestions {
  constructor(
    private readonly access: AccessService,
    private readonly requests: RequestContext,
  ) {}

  /** Nobody learns what others may do, unless trusted to. @throws DomainError `RBAC.MISSING_PERMISSION` */
  async requireMayAsk(caller: Principal, questions: readonly Pick<Question, 'subject'>[]): Promise<void> {
    if (questions.every(({ subject }) => isCaller(subject, caller))) return;
    await this.access.require(caller, MAY_ASK_FOR_OTHERS);
  }

  async mayAskForOthers(caller: Principal): Promise<boolean> {
    const subject = { type: caller.subjectType, id: caller.subject };
    const context = contextOf(caller, this.requests.ip);
    return (await this.access.decide({ subject, permission: MAY_ASK_FOR_OTHERS, context })).allowed;
  }

  toRequest(caller: Principal, question: Question): AccessRequest {
    const { subject, permission, resource, actionProperties, context = {} } = question;
    const own = isCaller(subject, caller) ? contextOf(caller, this.requests.ip) : {};
    return {
      subject: subject ?? { type: caller.subjectType, id: caller.subject },
      permission,
      context: { ...statedContext(context), ...own },
      ...(resource !== undefined && { resource: resource.id }),
      ...(subject?.properties !== undefined && { subjectProperties: subject.properties }),
      ...(resource?.properties !== undefined && { resourceProperties: resource.properties }),
      ...(actionProperties !== undefined && { actionProperties }),
    };
  }
}

function isCaller(subject: AccessSubject | undefined, caller: Principal): boolean {
  return subject === undefined || (subject.id === caller.subject && subject.type === caller.subjectType);
}

/** What is of the wrong type is not known. */
function statedContext(context: Properties): AccessContext {
  const { ip, acr, mfaAt } = context;
  return {
    ...(typeof ip === 'string' && { ip }),
    ...((acr === 'aal1' || acr === 'aal2') && { acr }),
    ...(typeof mfaAt === 'number' && { mfaAt }),
    attributes: context,
  };
}
