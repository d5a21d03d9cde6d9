import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/common/errors';
import { EVENT_CATALOGUE } from '../../src/common/events';
import { environmentSchema } from '../../src/config/environment.schema';
import { statusOf } from '../../src/infrastructure/http/problem';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the documentation', () => {
  it('lists every error code once, in the order of the catalogue, and no other', () => {
    const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
    const rows = codes.map((code) => `| \`${code}\` | ${statusOf(code)} | ${ERROR_CATALOGUE[code].title} |`);
    if (process.env.UPDATE_DOCUMENTATION === 'true') replaceRows('docs/errors.md', rows);
    expect(rowsOf('docs/errors.md')).toEqual(rows);
  });

  it('lists every event once, by name, and no other', () => {
    const rows = Object.entries(EVENT_CATALOGUE).map(
      ([name, { module, category, what }]) => `| \`${name}\` | ${module} | ${category} | ${what} |`,
    );
    if (process.env.UPDATE_DOCUMENTATION === 'true') replaceRows('docs/events.md', rows);
    expect(rowsOf('docs/events.md')).toEqual(rows);
    expect(rows).toEqual([...rows].sort());
  });

  it('lists the events that the modules have, each with its module', () => {
    const classes = eventFiles().flatMap((file) =>
      [...read(file).matchAll(/readonly name = '([a-z_.-]+)'/g)].map(([, name]) => [
        name,
        file.split('/').at(-3),
      ]),
    );
    expect(Object.fromEntries(classes)).toEqual(
      Object.fromEntries(Object.entries(EVENT_CATALOGUE).map(([name, { module }]) => [name, module])),
    );
  });

  it('shows every environment variable in .env.example, and no other', () => {
    const shown = [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
    expect(shown.sort()).toEqual(Object.keys(environmentSchema.shape).sort());
  });
});

/** The rows of a document's one table, without the blanks that align it. */
function rowsOf(path: string): string[] {
  return [...read(path).matchAll(/^\| `.*\|$/gm)].map(([row]) => row.replace(/ +/g, ' '));
}

function replaceRows(path: string, rows: readonly string[]): void {
  const around = read(path).split(/^\| `.*\|\n/m);
  writeFileSync(join(ROOT, path), `${around[0] ?? ''}${rows.join('\n')}\n${around.at(-1) ?? ''}`);
}

function eventFiles(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true })
    .map((path) => `src/${path.toString()}`)
    .filter((path) => /\/events\/.*\.events?\.ts$/.test(path));
}
