import type { ListRequest } from './access-request';
import type { ResourceNode } from './resource-node';
import type { Subject } from './subject';

/** All that a condition can see. */
export interface Facts {
  readonly request: ListRequest;
  readonly subject: Subject;
  readonly resource: ResourceNode;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The value of an attribute; undefined where it is unknown. */
export function valueOf(attribute: string, facts: Facts): unknown {
  const [entity, field = '', name = ''] = attribute.split('.');
  if (entity === 'subject') return subjectValue(field, name, facts);
  if (entity === 'resource') return resourceValue(field, name, facts);
  if (entity === 'context') return own(facts.request.context?.attributes, field);
  return field === 'name' ? facts.request.permission : own(facts.request.actionProperties, name);
}

function subjectValue(field: string, name: string, { subject, request }: Facts): unknown {
  if (field === 'id') return subject.id;
  return field === 'type' ? subject.type : own(request.subjectProperties, name);
}

function resourceValue(field: string, name: string, { resource, request }: Facts): unknown {
  switch (field) {
    case 'tags':
      return own(resource.tags, name);
    case 'properties':
      return own(resource.tags, name) ?? own(request.resourceProperties, name);
    default:
      return resource[field as 'id' | 'type' | 'key'];
  }
}

function own(properties: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}
