import type { Facts } from './subject';

/** Reads one attribute; undefined where it is unknown. */
export type Reader = (facts: Facts) => unknown;

export function readerOf(attribute: string): Reader {
  const [entity, field = '', name = ''] = attribute.split('.');
  if (entity === 'subject') return subjectReader(field, name);
  if (entity === 'resource') return resourceReader(field, name);
  if (entity === 'context') return ({ request }) => own(request.context?.attributes, field);
  return field === 'name'
    ? ({ request }) => request.permission
    : ({ request }) => own(request.actionProperties, name);
}

function subjectReader(field: string, name: string): Reader {
  if (field === 'id') return ({ subject }) => subject.id;
  return field === 'type'
    ? ({ subject }) => subject.type
    : ({ request }) => own(request.subjectProperties, name);
}

function resourceReader(field: string, name: string): Reader {
  switch (field) {
    case 'tags':
      return ({ resource }) => own(resource.tags, name);
    case 'properties':
      return ({ resource, request }) => own(resource.tags, name) ?? own(request.resourceProperties, name);
    default:
      return ({ resource }) => resource[field as 'id' | 'type' | 'key'];
  }
}

function own(properties: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}
