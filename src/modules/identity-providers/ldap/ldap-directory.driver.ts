import { EqualityFilter, ExtensibleFilter, parseDN } from 'ldapjs';
import LdapStrategy from 'passport-ldapauth';
import { DomainError } from '../../../common/errors';
import type { PassportRunner } from '../../../infrastructure/passport';
import { Breaker } from '../../../infrastructure/resilience';
import type { ProviderOf } from '../identity-provider';
import type { DiagnosisStep } from '../provider-driver';
import { accountRefusal } from './account-state';
import { DirectoryServers } from './directory-servers';
import { DirectoryDriver, type DirectoryEntry, type SearchOutcome } from './directory-driver';
import { guidOf } from './guid';
import { LdapConnection, type FoundEntry } from './ldap-connection';
import { endpointOf } from './ldap-endpoint';
import { ReaderPool } from './reader-pool';
import { userFilter } from './user-filter';

const NESTED_MEMBER = '1.2.840.113556.1.4.1941';
const MAX_GROUPS = 1_000;
/** Two of these make a sign-in: five seconds at most. */
const TIMEOUT_MS = 2_400;

/** What passport-ldapauth makes of the sub-codes of Active Directory in error 49; of 52e and all else the default. */
const REASONS = {
  invalidCredentials: 'wrong_password',
  invalidLogonHours: 'directory_logon_hours',
  invalidWorkstation: 'directory_workstation',
  passwordExpired: 'directory_password_expired',
  accountDisabled: 'directory_account_disabled',
  accountExpired: 'directory_account_expired',
  passwordMustChange: 'directory_password_must_change',
  accountLockedOut: 'directory_account_locked',
  constraintViolation: 'directory_account_locked',
};

/** A directory that is asked over LDAP: found by our own search, verified by passport-ldapauth. */
export class LdapDirectoryDriver extends DirectoryDriver {
  readonly dependency: Breaker;
  private readonly servers: DirectoryServers;
  private readonly readers: ReaderPool;

  constructor(
    private readonly provider: ProviderOf<'ldap'>,
    private readonly passport: PassportRunner,
  ) {
    super();
    this.readers = new ReaderPool(provider.config);
    // Before the breaker gives up on all of them.
    this.servers = new DirectoryServers(provider.config.urls, TIMEOUT_MS - 100);
    this.dependency = new Breaker({
      name: `ldap:${provider.slug}`,
      failureMode:
        'Nobody signs in with a password of this directory; live sessions and other ways in go on.',
      refusal: 'PROVIDER.UNAVAILABLE',
      timeoutMs: TIMEOUT_MS,
      capacity: 20,
      isFailure: () => true,
      resetMs: 2_000,
    });
  }

  find(username: string): Promise<SearchOutcome> {
    return this.guarded(() => this.servers.askAny((url, signal) => this.findAt(url, username, signal)));
  }

  /** Of the server that has just found the entry, and no other: else one wrong password would count at each. */
  refusalOf(entry: DirectoryEntry, password: string): Promise<string | null> {
    return this.guarded(() =>
      this.servers.askOne((url, signal) => this.refusalAt(url, entry, password, signal)),
    );
  }

  test(): Promise<readonly DiagnosisStep[]> {
    return Promise.all(this.provider.config.urls.map((url) => this.testAt(url)));
  }

  dispose(): void {
    this.readers.dispose();
    this.dependency.dispose();
  }

  private async guarded<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await this.dependency.run(ask);
    } catch (cause) {
      throw new DomainError('PROVIDER.UNAVAILABLE', { retryAfterSeconds: 5, cause });
    }
  }

  private async refusalAt(
    url: string,
    entry: DirectoryEntry,
    password: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const { bindDn, bindPassword } = this.provider.config;
    const strategy = new LdapStrategy({
      // The very entry that was found, by its name: no second search can lead to another.
      server: {
        ...(await endpointOf(this.provider.config, url, 2, signal)),
        bindDN: bindDn,
        bindCredentials: bindPassword,
        searchBase: entry.dn,
        searchScope: 'base',
        searchFilter: '(objectClass=*)',
        searchAttributes: ['dn'],
      },
    });
    const outcome = await this.passport.run(strategy, { username: entry.stableId, password }, REASONS);
    return outcome.kind === 'success'
      ? accountRefusal(entry)
      : (outcome.message ?? REASONS.invalidCredentials);
  }

  private findAt(url: string, username: string, signal: AbortSignal): Promise<SearchOutcome> {
    const { searchBase, searchFilter } = this.provider.config;
    return this.readers.use(url, signal, async (connection) => {
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
      return { kind: 'found', entry: { dn: found.dn, stableId, attributes: textsOf(found), groups } };
    });
  }

  private async groupsOf(
    connection: LdapConnection,
    { dn, values }: FoundEntry,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { groups, searchBase } = this.provider.config;
    if (groups === undefined || groups.mode === 'memberOf')
      return (values.get('memberOf') ?? []).map((value) => value.toString());
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
    const value = values.get(stableId)?.[0];
    if (value === undefined) return null;
    return stableId === 'objectGUID' ? guidOf(value) : value.toString();
  }

  private wantedAttributes(): string[] {
    const { attributes, stableId } = this.provider.config;
    const mapped = this.provider.mappings.flatMap((rule) => {
      if (rule.type === 'profile') return [rule.attribute];
      return 'attribute' in rule.when ? [rule.when.attribute] : [];
    });
    const state = ['userAccountControl', 'pwdReset', 'pwdAccountLockedTime'];
    return [...new Set([...Object.values(attributes), stableId, 'memberOf', ...state, ...mapped])];
  }

  private async testAt(url: string): Promise<DiagnosisStep> {
    const { searchBase } = this.provider.config;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const connection = await LdapConnection.open(this.provider.config, url, signal);
      try {
        await connection.search(signal, searchBase, {
          scope: 'base',
          filter: '(objectClass=*)',
          attributes: ['1.1'],
        });
      } finally {
        connection.close();
      }
      return { step: url, ok: true, message: 'The reader is known, and the base is there.' };
    } catch (error) {
      return {
        step: url,
        ok: false,
        message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      };
    }
  }
}

function isWithin(dn: string, base: string): boolean {
  const [entry, root] = [parseDN(dn.toLowerCase()), parseDN(base.toLowerCase())];
  return entry.equals(root) || entry.childOf(root);
}

function textsOf({ values }: FoundEntry): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...values].map(([name, buffers]) => [name, buffers.map((value) => value.toString())]),
  );
}
