import { randomUUID } from 'node:crypto';
import LdapStrategy from 'passport-ldapauth';
import { DomainError } from '../../../common/errors';
import type { PassportRunner } from '../../../infrastructure/passport';
import { Breaker } from '../../../infrastructure/resilience';
import type { ProviderOf } from '../identity-provider';
import type { DiagnosisStep } from '../provider-driver';
import { accountRefusal } from './account-state';
import { DirectoryServers } from './directory-servers';
import { DirectoryDriver, type DirectoryEntry, type SearchOutcome } from './directory-driver';
import { EntrySearch } from './entry-search';
import { LdapConnection, textsOf } from './ldap-connection';
import { endpointOf } from './ldap-endpoint';
import { POLICY_RULES, policyRefusal } from './password-policy';
import { ReaderPool } from './reader-pool';
import './parser-guard';

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
  private readonly search: EntrySearch;

  constructor(
    private readonly provider: ProviderOf<'ldap'>,
    private readonly passport: PassportRunner,
  ) {
    super();
    this.readers = new ReaderPool(provider.config);
    this.search = new EntrySearch(provider);
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
    return this.guarded(() =>
      this.servers.askAny((url, signal) =>
        this.readers.use(url, signal, (reader) => this.search.over(reader, signal, username)),
      ),
    );
  }

  /** Of the server that has found the entry, and no other: else one wrong password would count at each. */
  refusalOf(entry: DirectoryEntry | null, password: string): Promise<string | null> {
    return this.guarded(() =>
      this.servers.askOne(entry?.server ?? null, (url, signal) =>
        this.refusalAt(entry ?? this.nobodyAt(url), password, signal),
      ),
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

  private nobodyAt(server: string): DirectoryEntry {
    const dn = `cn=${randomUUID()},${this.provider.config.searchBase}`;
    return { server, dn, stableId: 'nobody', attributes: {}, groups: [] };
  }

  private async refusalAt(
    entry: DirectoryEntry,
    password: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const { bindDn, bindPassword } = this.provider.config;
    const strategy = new LdapStrategy({
      // The very entry that was found, by its name: no second search can lead to another.
      server: {
        ...(await endpointOf(this.provider.config, entry.server, 2, signal)),
        bindDN: bindDn,
        bindCredentials: bindPassword,
        searchBase: entry.dn,
        searchScope: 'base',
        searchFilter: '(objectClass=*)',
        searchAttributes: ['dn'],
      },
    });
    const outcome = await this.passport.run(strategy, { username: entry.stableId, password }, REASONS);
    if (outcome.kind === 'success') return accountRefusal(entry);
    const reason = outcome.message ?? REASONS.invalidCredentials;
    if (reason !== REASONS.invalidCredentials) return reason;
    return policyRefusal(entry.attributes, await this.policyOf(entry, signal), Date.now()) ?? reason;
  }

  /** Nothing, where there is none or it cannot be read: the answer is no, whatever the reason. */
  private async policyOf(
    { server, attributes }: DirectoryEntry,
    signal: AbortSignal,
  ): Promise<DirectoryEntry['attributes']> {
    const dn = attributes.pwdPolicySubentry?.[0] ?? this.provider.config.passwordPolicy;
    if (dn === undefined) return {};
    const options = {
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: POLICY_RULES,
      sizeLimit: 1,
    } as const;
    try {
      const [policy] = await this.readers.use(server, signal, (reader) => reader.search(signal, dn, options));
      return policy === undefined ? {} : textsOf(policy, POLICY_RULES);
    } catch {
      return {};
    }
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
          sizeLimit: 1,
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
