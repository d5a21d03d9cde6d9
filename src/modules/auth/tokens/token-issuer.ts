import type { Database } from '../../../infrastructure/database';

/** The `iss` of our tokens: the public address, or else a name that is this installation's alone. */
export abstract class TokenIssuer {
  abstract readonly id: string;
}

const INSTALLATION = { name: 'installation-id', text: 'SELECT id FROM installation' };

export async function resolveTokenIssuer(
  publicUrl: string | undefined,
  database: Database,
): Promise<TokenIssuer> {
  if (publicUrl !== undefined) return { id: publicUrl };
  const [installation] = await database.query<{ id: string }>(INSTALLATION);
  if (installation === undefined) throw new Error('The table installation has no row');
  return { id: `urn:portcullis:${installation.id}` };
}
