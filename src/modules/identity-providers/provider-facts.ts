import { isDeepStrictEqual } from 'node:util';
import type { FieldChanges } from '../../common/events';
import type { ProviderContent } from './identity-provider';
import { PROVIDER_KINDS, type ProviderKind } from './provider-kinds';

type Facts = Readonly<Record<string, unknown>>;

/** What the trail tells of a change: of a secret only that it was set. */
export function changesOf(before: Facts, after: Facts): FieldChanges {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    fields
      .filter((field) => !isDeepStrictEqual(before[field], after[field]))
      .map((field) => [
        field,
        isSecret(field)
          ? { after: '***' }
          : {
              ...(before[field] !== undefined && { before: before[field] }),
              ...(after[field] !== undefined && { after: after[field] }),
            },
      ]),
  );
}

/** A provider and its configuration as one level of fields. */
export function factsOf(kind: ProviderKind, content: ProviderContent, config: Facts): Facts {
  const { slug, name, enabled, domains, mappings, trustedMethods } = content;
  const fields = Object.entries(config).map(([field, value]) => [`config.${field}`, value] as const);
  return { kind, slug, name, enabled, domains, mappings, trustedMethods, ...Object.fromEntries(fields) };
}

const SECRETS = new Set(
  Object.values(PROVIDER_KINDS).flatMap(({ secretFields }) => secretFields.map((field) => `config.${field}`)),
);

function isSecret(field: string): boolean {
  return SECRETS.has(field);
}
