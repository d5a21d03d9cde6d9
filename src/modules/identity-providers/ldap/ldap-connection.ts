import { createClient, type Client, type SearchOptions } from 'ldapjs';
import type { LdapConfig } from './ldap-config';
import { endpointOf } from './ldap-endpoint';
import './parser-guard';

export interface FoundEntry {
  readonly dn: string;
  /** By names in lower case: a server answers in the spelling of its schema, not in that of the question. */
  readonly values: ReadonlyMap<string, readonly Buffer[]>;
}

const SIZE_LIMIT_EXCEEDED = 4;

/** One connection of the directory's reader. Whatever goes wrong on it fails what is asked over it, and nothing else. */
export class LdapConnection {
  private readonly failure: Promise<never>;

  private constructor(
    /** As the record has it. */
    readonly url: string,
    private readonly client: Client,
    private readonly config: LdapConfig,
  ) {
    this.failure = new Promise((_, reject) => {
      for (const event of [
        'error',
        'connectError',
        'connectTimeout',
        'connectRefused',
        'setupError',
        'close',
      ])
        client.on(event, (error: unknown) => {
          reject(error instanceof Error ? error : new Error(`The connection failed: ${event}`));
        });
    });
    this.failure.catch(() => undefined);
  }

  /** Bound as the reader. @throws Error */
  static async open(config: LdapConfig, url: string, signal: AbortSignal): Promise<LdapConnection> {
    const { tlsOptions, ...endpoint } = await endpointOf(config, url, 1, signal);
    const client = createClient({
      ...endpoint,
      ...(tlsOptions && { tlsOptions: tlsOptions }),
    });
    const connection = new LdapConnection(url, client, config);
    try {
      await connection.bind(signal);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** As the reader, who alone ever does. @throws Error */
  async bind(signal: AbortSignal): Promise<void> {
    const { bindDn, bindPassword } = this.config;
    await this.settle(signal, (done) => {
      this.client.bind(bindDn, bindPassword, (error) => {
        done(error, null);
      });
    });
  }

  /** At most `options.sizeLimit`, or none and an error where the server does not keep to it; referrals are not followed (RFC 4511 §4.1.10). */
  search(
    signal: AbortSignal,
    base: string,
    options: SearchOptions & { readonly sizeLimit: number },
  ): Promise<FoundEntry[]> {
    return this.settle(signal, (done) => {
      this.client.search(base, { scope: 'sub', ...options }, (failed, response) => {
        if (failed !== null) {
          done(failed, []);
          return;
        }
        const entries: FoundEntry[] = [];
        response.on('searchEntry', (entry) => {
          if (entries.push(foundEntry(entry)) > options.sizeLimit)
            done(new Error('The directory answers more than it was asked for'), []);
        });
        response.on('error', (error) => {
          done((error as { code?: number }).code === SIZE_LIMIT_EXCEEDED ? null : error, entries);
        });
        response.on('end', () => {
          done(null, entries);
        });
      });
    });
  }

  close(): void {
    this.client.destroy();
  }

  private settle<T>(
    signal: AbortSignal,
    start: (done: (error: Error | null, value: T) => void) => void,
  ): Promise<T> {
    const asked = new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('The directory does not answer in time', { cause: signal.reason }));
      });
      start((error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
    return Promise.race([asked, this.failure]);
  }
}

interface LdapjsEntry {
  readonly objectName: unknown;
  readonly attributes: readonly { readonly type: string; readonly buffers: readonly Buffer[] }[];
}

function foundEntry(entry: unknown): FoundEntry {
  const { objectName, attributes } = entry as LdapjsEntry;
  return {
    dn: String(objectName),
    values: new Map(attributes.map(({ type, buffers }) => [type.toLowerCase(), buffers])),
  };
}

/** As texts, by the names that were asked for. */
export function textsOf(
  { values }: FoundEntry,
  wanted: readonly string[],
): Record<string, readonly string[]> {
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const buffers = values.get(name.toLowerCase());
      return buffers === undefined ? [] : [[name, buffers.map((value) => value.toString())]];
    }),
  );
}
