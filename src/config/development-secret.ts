import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root secret of a development installation: made once, kept beside its data, readable by its owner only. */
export function developmentSecret(dataDir: string): string {
  const file = join(dataDir, 'jwt-secret-key');
  mkdirSync(dataDir, { recursive: true });
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, randomBytes(48).toString('base64'), { mode: 0o600 });
  try {
    // Linking is atomic and never overwrites: of two processes that start together, one secret wins for both.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}
