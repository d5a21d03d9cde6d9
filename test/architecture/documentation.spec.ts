import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from '../../src/common/errors';
import { environmentSchema } from '../../src/config/environment.schema';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the documentation', () => {
  it('lists every error code with its title, and no other', () => {
    const documented = [
      ...read('docs/errors.md').matchAll(/^\| `([A-Z]+\.[A-Z_]+)`\s+\| \d+\s+\| (.+?)\s*\|$/gm),
    ];
    expect(Object.fromEntries(documented.map(([, code, title]) => [code, title]))).toEqual(
      Object.fromEntries(Object.entries(ERROR_CATALOGUE).map(([code, { title }]) => [code, title])),
    );
  });

  it('lists every event, and no other', () => {
    const names = eventFiles().flatMap((file) =>
      [...read(file).matchAll(/readonly name = '([a-z_.-]+)'/g)].map(([, name]) => name),
    );
    const documented = [...read('docs/events.md').matchAll(/^\| `([a-z_.-]+)`\s+\|/gm)].map(
      ([, name]) => name,
    );
    expect(documented.sort()).toEqual([...new Set(names)].sort());
  });

  it('shows every environment variable in .env.example, and no other', () => {
    const shown = [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
    expect(shown.sort()).toEqual(Object.keys(environmentSchema.shape).sort());
  });
});

function eventFiles(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true })
    .map((path) => `src/${path.toString()}`)
    .filter((path) => /\/events\/.*\.events?\.ts$/.test(path));
}
