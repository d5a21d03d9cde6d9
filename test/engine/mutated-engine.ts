import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';

export interface Mutation {
  /** Below src/modules/rbac. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface LoadedModule {
  exports: Record<string, unknown>;
}

const SOURCES = resolve(__dirname, '../../src/modules/rbac');
const SWC = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
  module: { type: 'commonjs' },
} as const;
const compiled = new Map<string, string>();

function compile(source: string): string {
  let code = compiled.get(source);
  if (code === undefined) {
    code = transformSync(source, SWC).code;
    compiled.set(source, code);
  }
  return code;
}

/** Modules of the engine, loaded afresh with one line of them changed. */
export class MutatedEngine {
  private readonly modules = new Map<string, LoadedModule>();

  constructor(private readonly mutation?: Mutation) {}

  load(file: string): unknown {
    return this.loadPath(join(SOURCES, `${file}.ts`));
  }

  private loadPath(path: string): unknown {
    const known = this.modules.get(path);
    if (known !== undefined) return known.exports;
    const loaded: LoadedModule = { exports: {} };
    this.modules.set(path, loaded);
    const outside = createRequire(path);
    const require = (request: string): unknown =>
      request.startsWith('.') ? this.loadPath(`${join(dirname(path), request)}.ts`) : outside(request);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- runs our own source, changed in one place
    const run = new Function('module', 'exports', 'require', compile(this.sourceOf(path)));
    run(loaded, loaded.exports, require);
    return loaded.exports;
  }

  private sourceOf(path: string): string {
    const source = readFileSync(path, 'utf8');
    if (this.mutation === undefined || path !== join(SOURCES, `${this.mutation.file}.ts`)) return source;
    const { from, to } = this.mutation;
    if (source.split(from).length !== 2) throw new Error(`"${from}" is not there exactly once, in ${path}`);
    return source.replace(from, () => to);
  }
}
