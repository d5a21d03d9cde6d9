import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MODULES = join(__dirname, '../../src/modules');

describe('what a module seals', () => {
  it('is declared with sealedColumn(), so that keys rewrap finds it', () => {
    const files = readdirSync(MODULES, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .map((path) => ({ folder: dirname(path), text: readFileSync(join(MODULES, path), 'utf8') }));
    const declaring = new Set(
      files.filter(({ text }) => text.includes('sealedColumn(')).map(({ folder }) => folder),
    );
    const sealing = files.filter(({ text }) => /\bbox\.seal\(/.test(text)).map(({ folder }) => folder);
    expect(sealing.length).toBeGreaterThan(0);
    expect(sealing.filter((folder) => !declaring.has(folder))).toEqual([]);
  });
});
