import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, QueryResultRow } from 'pg';
import type { ApiClient, Tokens } from '../api-client';
import type { MailTrap } from '../mail-trap';
import { anEnrolledUser, type EnrolledUser } from '../second-factors';
import { ADMIN, type ServiceProcess } from '../service';
import { PASSWORD } from './passwords';
import type { DirectoryStandIn } from './directory-stand-in';

const LISTED_WITHIN_MS = 5_000;

interface Versioned {
  readonly id: string;
  readonly version: number;
}

interface Provider extends Versioned {
  readonly slug: string;
}

export interface AuditedUser extends Versioned {
  readonly username: string;
  readonly email: string;
}

export interface Surroundings {
  readonly service: ServiceProcess;
  readonly database: Client;
  readonly trap: MailTrap;
  readonly directory: DirectoryStandIn;
}

/** What the calls are made in: an administrator, and as many of everything else as they ask for. */
export class AuditedWorld {
  private static count = 0;

  private constructor(
    private readonly surroundings: Surroundings,
    readonly admin: Tokens,
  ) {}

  static async create(surroundings: Surroundings): Promise<AuditedWorld> {
    const { api } = surroundings.service;
    return new AuditedWorld(surroundings, await api.signIn(ADMIN.username, ADMIN.password));
  }

  get api(): ApiClient {
    return this.surroundings.service.api;
  }

  get directory(): DirectoryStandIn {
    return this.surroundings.directory;
  }

  uniqueName(): string {
    return `thing-${++AuditedWorld.count}`;
  }

  aUser(): Promise<AuditedUser> {
    return this.aPerson({ password: PASSWORD });
  }

  /** Somebody who has no password yet. */
  anInvitedUser(): Promise<AuditedUser> {
    return this.aPerson({});
  }

  anEnrolledUser(): Promise<EnrolledUser> {
    const { service, database } = this.surroundings;
    const sql = async <Row extends QueryResultRow>(text: string, values: unknown[] = []) =>
      (await database.query<Row>(text, values)).rows;
    return anEnrolledUser({ first: service, aUser: () => this.aUser(), sql });
  }

  aRole(): Promise<Versioned> {
    return this.make('/v1/roles', { name: this.uniqueName() });
  }

  aGroup(): Promise<Versioned> {
    return this.make('/v1/groups', { name: this.uniqueName() });
  }

  aResource(): Promise<Versioned> {
    return this.make('/v1/resources', { type: 'test.thing', key: this.uniqueName(), name: 'a thing' });
  }

  aDirectory(): Promise<Provider> {
    return this.aProvider('ldap', this.directory.config);
  }

  /** Listed already: signing in by way of it can begin. */
  async aProvider(kind: string, config: object): Promise<Provider> {
    const slug = this.uniqueName();
    const provider = await this.make<Provider>('/v1/identity-providers', { kind, slug, name: slug, config });
    const deadline = Date.now() + LISTED_WITHIN_MS;
    for (;;) {
      const { body } = await this.api.get('/v1/auth/providers');
      if ((body.items as Provider[]).some((listed) => listed.slug === slug)) return provider;
      if (Date.now() > deadline) throw new Error(`The provider ${slug} is not listed`);
      await sleep(20);
    }
  }

  signIn(username: string): Promise<Tokens> {
    return this.api.signIn(username, PASSWORD);
  }

  /** Of somebody who has just been made. */
  async aToken(): Promise<string> {
    return (await this.signIn((await this.aUser()).username)).accessToken;
  }

  /** The challenge of a sign-in whose password must be changed. */
  async aChallenge(): Promise<string> {
    const { id, username } = await this.aUser();
    await this.sql('UPDATE users SET must_change_password = true WHERE id = $1', id);
    return (await this.api.login(username, PASSWORD)).body.challengeId as string;
  }

  async anActiveKey(): Promise<string> {
    const { body } = await this.api.get('/v1/signing-keys', { token: this.admin.accessToken });
    const keys = body.items as { kid: string; status: string }[];
    return keys.find(({ status }) => status === 'active')!.kid;
  }

  /** What the mail that `subject` names brings back. */
  async mailed({ email }: { readonly email: string }, subject: string): Promise<string> {
    return (await this.surroundings.trap.next(email, subject)).token;
  }

  async sql(text: string, ...values: unknown[]): Promise<void> {
    await this.surroundings.database.query(text, values);
  }

  private aPerson(more: object): Promise<AuditedUser> {
    const username = this.uniqueName();
    const email = `${username}@example.com`;
    return this.make('/v1/users', { username, email, displayName: username, ...more });
  }

  private async make<Made>(path: string, body: object): Promise<Made> {
    const answer = await this.api.post(path, body, { token: this.admin.accessToken });
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}`);
    return answer.body as Made;
  }
}
