import { createServer, InvalidCredentialsError } from 'ldapjs';
import { v7 as uuidv7 } from 'uuid';

const BASE = 'dc=example,dc=com';
const READER = { bindDn: `cn=reader,${BASE}`, bindPassword: 'the reader of tests' };

export const DIRECTORY_PASSWORD = 'the sentence of a directory';

/** What ldapjs hands to a server's handlers; its types describe the client alone. */
interface Request {
  readonly dn: { toString(): string };
  readonly credentials: string;
  readonly filter: { toString(): string };
}

interface Answer {
  readonly attributes: string[];
  send(entry: object): void;
  end(): void;
}

/** A directory in which whoever is asked for is, all with one password. */
export interface DirectoryStandIn {
  /** As a provider's record has it. */
  readonly config: object;
  /** Happens while somebody's password is looked at. */
  meanwhile: () => Promise<unknown>;
  stop(): Promise<void>;
}

export async function startDirectory(): Promise<DirectoryStandIn> {
  const server = createServer();
  const idOf = new Map<string, string>();
  const standIn: Pick<DirectoryStandIn, 'meanwhile'> = { meanwhile: () => Promise.resolve() };
  server.bind(BASE, (request: Request, answer: Answer, next: (error?: unknown) => void) => {
    const isReader = request.dn.toString() === READER.bindDn;
    const isRight = request.credentials === (isReader ? READER.bindPassword : DIRECTORY_PASSWORD);
    void (isReader ? Promise.resolve() : standIn.meanwhile()).then(() => {
      if (isRight) answer.end();
      next(isRight ? undefined : new InvalidCredentialsError());
    });
  });
  server.search(BASE, (request: Request, answer: Answer, next: () => void) => {
    const uid =
      /\(uid=([^)]+)\)/.exec(request.filter.toString())?.[1] ??
      /^cn=([^,]+)/.exec(request.dn.toString())?.[1];
    if (uid !== undefined) {
      const entryUUID = idOf.get(uid) ?? uuidv7();
      idOf.set(uid, entryUUID);
      const attributes = {
        objectClass: 'inetOrgPerson',
        uid,
        cn: uid,
        mail: `${uid}@example.com`,
        entryUUID,
      };
      // Else names in mixed case are left out, though they were asked for.
      answer.attributes.push('*');
      answer.send({ dn: `cn=${uid},${BASE}`, attributes });
    }
    answer.end();
    next();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return Object.assign(standIn, {
    config: {
      urls: [`ldap://127.0.0.1:${(server as unknown as { port: number }).port}`],
      tls: 'none',
      searchBase: BASE,
      jitProvisioning: true,
      ...READER,
    },
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  });
}
