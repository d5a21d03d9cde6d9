import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const AREAS = 'ABCDEFGHIJKLM';

interface Proof {
  readonly file: string;
  readonly title: string;
}

/** As docs/security.md has them: `` `file`: “title”; “title” `` in the second column, file by file. */
function proofsIn(cell: string): Proof[] {
  return cell
    .replaceAll('\\|', '|')
    .split('<br>')
    .flatMap((part) => {
      const file = /^`([^`]+)`: /.exec(part.trim())?.[1] ?? '';
      return [...part.matchAll(/“([^”]*)”/g)].map(([, title = '']) => ({ file, title }));
    });
}

function hasTitle({ file, title }: Proof): boolean {
  const path = join(ROOT, file);
  return file !== '' && existsSync(path) && readFileSync(path, 'utf8').replaceAll("\\'", "'").includes(title);
}

describe('the proofs of the security rules', () => {
  const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (?!Rule|-)(.+?) +\| (.+?) *\|$/gm)].map(([, rule = '', cell = '']) => ({
    rule,
    proofs: proofsIn(cell),
  }));

  it('are tests that exist, at least one for each rule', () => {
    const unproved = rows.filter(({ proofs }) => proofs.length === 0).map(({ rule }) => rule);
    expect(unproved).toEqual([]);
    expect(rows.flatMap(({ proofs }) => proofs).filter((proof) => !hasTitle(proof))).toEqual([]);
  });

  it('cover every area', () => {
    expect([...text.matchAll(/^## ([A-Z])\. /gm)].map(([, area]) => area).join('')).toBe(AREAS);
    expect(rows.length).toBeGreaterThan(80);
  });
});
