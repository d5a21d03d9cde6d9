import type { LdapConfig } from './ldap-config';
import { LdapConnection } from './ldap-connection';

const MAX_IDLE = 4;
const IDLE_MS = 10_000;
/** A connection that takes longer to answer than a new one takes to open is not worth waiting for. */
const CHECK_WITHIN_MS = 250;

interface Idle {
  readonly url: string;
  readonly connection: LdapConnection;
  readonly expiry: NodeJS.Timeout;
}

/**
 * Connections of a directory's reader between two searches: few, and not for long. They belong to one version of one
 * record, and nobody but its reader ever binds on one.
 */
export class ReaderPool {
  private readonly idle = new Set<Idle>();
  private isDisposed = false;

  constructor(private readonly config: LdapConfig) {}

  /** @throws Error that of `work`, after which its connection is trusted no more; or that of opening one */
  async use<T>(
    url: string,
    signal: AbortSignal,
    work: (connection: LdapConnection) => Promise<T>,
  ): Promise<T> {
    const connection =
      (await this.takeChecked(url, signal)) ?? (await LdapConnection.open(this.config, url, signal));
    try {
      const result = await work(connection);
      this.giveBack(url, connection);
      return result;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.discard(...this.idle);
  }

  /**
   * To bind again shows both that the server is there and that the reader still is who it was: a password that the
   * directory has changed meanwhile must not work on because somebody is still connected.
   */
  private async takeChecked(url: string, signal: AbortSignal): Promise<LdapConnection | null> {
    const ofServer = [...this.idle].filter((idle) => idle.url === url);
    const newest = ofServer.at(-1);
    if (newest === undefined) return null;
    this.remove(newest);
    try {
      await newest.connection.bind(AbortSignal.any([signal, AbortSignal.timeout(CHECK_WITHIN_MS)]));
      return newest.connection;
    } catch {
      // What became of this one became of the older ones, too.
      newest.connection.close();
      this.discard(...ofServer);
      return null;
    }
  }

  private giveBack(url: string, connection: LdapConnection): void {
    if (this.isDisposed || this.idle.size >= MAX_IDLE) {
      connection.close();
      return;
    }
    const expiry = setTimeout(() => {
      this.discard(idle);
    }, IDLE_MS).unref();
    const idle: Idle = { url, connection, expiry };
    this.idle.add(idle);
  }

  private discard(...all: readonly Idle[]): void {
    for (const idle of all) {
      this.remove(idle);
      idle.connection.close();
    }
  }

  private remove(idle: Idle): void {
    clearTimeout(idle.expiry);
    this.idle.delete(idle);
  }
}
