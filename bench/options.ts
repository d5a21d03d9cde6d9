import goals from './goals.json';

export type Row = keyof typeof goals;

/** How long and how often each contender runs. */
export interface Profile {
  readonly name: 'quick' | 'default' | 'full';
  readonly rounds: number;
  /** Requests that each contender answers before the first round: by then its code is compiled. */
  readonly warmRequests: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

export interface Options {
  readonly rows: readonly Row[];
  readonly json: boolean;
  readonly profile: Profile;
}

/** A command line that nobody can mean anything by. */
export class UsageError extends Error {
  constructor(problem: string) {
    super(`${problem}\n\n${usage()}`);
  }
}

const ROWS = Object.keys(goals) as Row[];

const DEFAULT: Profile = {
  name: 'default',
  rounds: 5,
  warmRequests: 10_000,
  warmMs: 1_000,
  measureMs: 3_000,
};
const PROFILES: ReadonlyMap<string, Profile> = new Map([
  ['--quick', { name: 'quick', rounds: 3, warmRequests: 2_000, warmMs: 300, measureMs: 700 }],
  ['--full', { name: 'full', rounds: 9, warmRequests: 20_000, warmMs: 2_000, measureMs: 8_000 }],
]);

/** @throws UsageError on a row or a flag that does not exist. */
export function parseOptions(args: readonly string[]): Options {
  const rows = new Set<Row>();
  let json = false;
  let profile = DEFAULT;
  for (const arg of args) {
    const chosen = PROFILES.get(arg);
    if (arg === '--json') json = true;
    else if (chosen !== undefined && profile === DEFAULT) profile = chosen;
    else if (isRow(arg)) rows.add(arg);
    else throw new UsageError(`"${arg}" is neither a row nor a flag that fits here`);
  }
  return { rows: rows.size === 0 ? ROWS : ROWS.filter((row) => rows.has(row)), json, profile };
}

function isRow(arg: string): arg is Row {
  return Object.hasOwn(goals, arg);
}

function usage(): string {
  return [
    'Usage: npm run bench -- [ROW …] [--quick | --full] [--json]',
    '',
    ...ROWS.map((row) => `  ${row.padEnd(5)}${goals[row].what}`),
    '',
    '  --quick  three short rounds: shows that a row runs, not how fast the service is',
    '  --full   nine long rounds instead of five',
    '  --json   standard output is one line of JSON a row',
  ].join('\n');
}
