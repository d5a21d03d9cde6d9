import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '../../common/errors';
import { PROVIDER_KINDS, type ProviderKind } from './provider-kinds';

type Config = Readonly<Record<string, unknown>>;

/**
 * The configuration after a change (RFC 7396). Secrets that are left out stay; but not where the change leads them to
 * somebody else: else whoever may change an address could read every stored password at it.
 *
 * @throws DomainError `PROVIDER.INVALID_CONFIG`, `PROVIDER.SECRET_REQUIRED`
 */
export async function changedConfig(kind: ProviderKind, before: Config, change: Config): Promise<Config> {
  const definition = PROVIDER_KINDS[kind];
  const { secretFields, secretsGoTo } = definition;
  const merged = Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(([, value]) => value !== null),
  );
  const after: Config = await definition.prepare(merged);
  const isElsewhere = secretsGoTo.some((field) => !isDeepStrictEqual(before[field], after[field]));
  const kept = secretFields.filter((field) => merged[field] !== undefined && !(field in change));
  if (isElsewhere && kept.length > 0) {
    const message = 'must be given again when it goes elsewhere';
    throw new DomainError('PROVIDER.SECRET_REQUIRED', {
      errors: kept.map((field) => ({ pointer: `/config/${field}`, code: 'required', message })),
    });
  }
  return after;
}
