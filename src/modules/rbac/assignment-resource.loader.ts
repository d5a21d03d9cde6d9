import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ResourceLoader } from '../../common/access';
import { uuidField } from '../../common/validation';
import { AssignmentsRepository } from './assignments.repository';
import { ROOT_RESOURCE_ID } from './well-known-ids';

/** The resource at which the assignment of the path holds. */
@Injectable()
export class AssignmentResourceLoader extends ResourceLoader {
  constructor(private readonly assignments: AssignmentsRepository) {
    super();
  }

  /** The root where there is no such assignment: whoever may take any back learns that this one is none. */
  async resourceOf({ params }: FastifyRequest): Promise<string> {
    const id = uuidField.safeParse((params as { readonly id?: unknown }).id);
    const assignment = id.success ? await this.assignments.findById(id.data) : null;
    return assignment?.resourceId ?? ROOT_RESOURCE_ID;
  }
}
