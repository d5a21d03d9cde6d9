import { EqualityFilter, ExtensibleFilter, parseDN } from 'ldapjs';
import type { ProviderOf } from '../identity-provider';
import type { SearchOutcome } from './directory-driver';
import { guidOf } from './guid';
import { textsOf, type FoundEntry, type LdapConnection } from './ldap-connection';
import { ENTRY_STATE } from './password-policy';
import { userFilter } from './user-filter';

const NESTED_MEMBER = '1.2.840.113556.1.4.1941';
const MAX_GROUPS = 1_000;

/** The one entry that a name means in a directory, with its groups. */
export class EntrySearch {
  constructor(private readonly provider: Pick<ProviderOf<'ldap'>, 'config' | 'mappings'>) {}

  /** @throws Error */
  async over(connection: LdapConnection, signal: AbortSignal, username: string): Promise<SearchOutcome> {
    const { searchBase, searchFilter } = this.provider.config;
    const filter = userFilter(searchFilter, username);
    const attributes = this.wantedAttributes();
    const options = { filter, attributes, sizeLimit: 2 };
    const [found, ...more] = await connection.search(signal, searchBase, options);
    if (found === undefined) return { kind: 'none' };
    if (more.length > 0) return { kind: 'ambiguous' };
    if (!isWithin(found.dn, searchBase)) return { kind: 'outside_base' };
    const stableId = this.stableIdOf(found);
    if (stableId === null) return { kind: 'no_stable_id' };
    const groups = await this.groupsOf(connection, found, signal);
    return {
      kind: 'found',
      entry: {
        server: connection.url,
        dn: found.dn,
        stableId,
        attributes: textsOf(found, attributes),
        groups,
      },
    };
  }

  private async groupsOf(
    connection: LdapConnection,
    { dn, values }: FoundEntry,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { groups, searchBase } = this.provider.config;
    if (groups === undefined || groups.mode === 'memberOf')
      return (values.get('memberof') ?? []).map((value) => value.toString());
    const { attribute, mode } = groups;
    const filter =
      mode === 'nested'
        ? new ExtensibleFilter({ rule: NESTED_MEMBER, matchType: attribute, value: dn })
        : new EqualityFilter({ attribute, value: dn });
    const options = { filter, attributes: ['1.1'], sizeLimit: MAX_GROUPS };
    const found = await connection.search(signal, groups.base ?? searchBase, options);
    return found.map((group) => group.dn);
  }

  private stableIdOf({ values }: FoundEntry): string | null {
    const { stableId } = this.provider.config;
    const value = values.get(stableId.toLowerCase())?.[0];
    // An empty one would be everybody's.
    if (value === undefined || value.length === 0) return null;
    return stableId === 'objectGUID' ? guidOf(value) : value.toString().toLowerCase();
  }

  private wantedAttributes(): string[] {
    const { attributes, stableId } = this.provider.config;
    const mapped = this.provider.mappings.flatMap((rule) => {
      if (rule.type === 'profile') return [rule.attribute];
      return 'attribute' in rule.when ? [rule.when.attribute] : [];
    });
    return [
      ...new Set([
        ...Object.values(attributes),
        stableId,
        'memberOf',
        'userAccountControl',
        ...ENTRY_STATE,
        ...mapped,
      ]),
    ];
  }
}

function isWithin(dn: string, base: string): boolean {
  const [entry, root] = [parseDN(dn.toLowerCase()), parseDN(base.toLowerCase())];
  return entry.equals(root) || entry.childOf(root);
}
