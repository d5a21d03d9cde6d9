import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { developmentSecret } from './development-secret';
import { environmentSchema, SECRET_VARIABLES, type EnvironmentVariables } from './environment.schema';

const LOOPBACK_HOSTS = new Set(['127.0.0.1', '::1', 'localhost']);

export interface Environment extends EnvironmentVariables {
  readonly mode: 'development' | 'production';
  /** Where browsers and foreign servers reach this service; without `PUBLIC_URL` only those of this machine do. */
  readonly baseUrl: string;
  readonly JWT_SECRET_KEY: string;
}

/** Everything that is wrong with the environment, one line each. Names variables and never prints a value. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/**
 * Validates `source` against the schema.
 *
 * Development mode needs either `NODE_ENV=development`, or no `DB_URL` and a loopback `HOST`: what can be
 * reached from elsewhere, or holds somebody's data, is production, and production has no unsafe default.
 *
 * @throws ConfigurationError with all problems at once.
 */
export function parseEnvironment(source: NodeJS.ProcessEnv): Environment {
  const problems: string[] = [];
  const result = environmentSchema.safeParse(withSecretFiles(source, problems));
  if (!result.success) {
    problems.push(...result.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`));
    throw new ConfigurationError(problems);
  }
  const variables = result.data;
  const mode = variables.NODE_ENV ?? (isLocalTrial(variables) ? 'development' : 'production');
  problems.push(
    ...combinationProblems(variables, mode),
    ...sharedSecretProblems(variables),
    ...metricsProblems(variables),
    ...relayProblems(variables),
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    ...variables,
    mode,
    baseUrl: variables.PUBLIC_URL ?? `http://localhost:${variables.PORT}`,
    JWT_SECRET_KEY: variables.JWT_SECRET_KEY ?? developmentSecret(variables.DATA_DIR),
  };
}

let current: Environment | undefined;

/** The environment of this process, read once; `.env` in the working directory fills in what is not set. */
export function environment(): Environment {
  if (current === undefined) {
    if (existsSync('.env')) loadEnvFile(resolve('.env'));
    current = parseEnvironment(process.env);
  }
  return current;
}

function isLocalTrial(variables: EnvironmentVariables): boolean {
  return variables.DB_URL === undefined && isLoopback(variables);
}

/** Whether nothing but this machine reaches the service directly. */
export function isLoopback({ HOST }: EnvironmentVariables): boolean {
  return LOOPBACK_HOSTS.has(HOST);
}

/** Whether what is sent to `url` does not leave this machine. */
export function isLoopbackUrl(url: string): boolean {
  return LOOPBACK_HOSTS.has(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

function withSecretFiles(source: NodeJS.ProcessEnv, problems: string[]): NodeJS.ProcessEnv {
  const variables = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  for (const name of SECRET_VARIABLES) {
    const file = variables[`${name}_FILE`];
    if (file === undefined) continue;
    if (variables[name] !== undefined) {
      problems.push(`${name}: is set twice, directly and by ${name}_FILE`);
      continue;
    }
    try {
      variables[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      problems.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return variables;
}

function combinationProblems(variables: EnvironmentVariables, mode: Environment['mode']): string[] {
  const problems: string[] = [];
  const { JWT_SECRET_KEY: secret } = variables;
  if (mode === 'production') {
    if (variables.DB_URL === undefined)
      problems.push('DB_URL: is required; production refuses the embedded server');
    if (secret === undefined)
      problems.push('JWT_SECRET_KEY: is required; make one with `openssl rand -base64 48`');
  }
  if (variables.DB_MIGRATION_URL !== undefined && variables.DB_URL === undefined) {
    problems.push('DB_MIGRATION_URL: needs DB_URL');
  }
  if (secret !== undefined && variables.JWT_SECRET_KEY_PREVIOUS.includes(secret)) {
    problems.push('JWT_SECRET_KEY_PREVIOUS: must differ from JWT_SECRET_KEY');
  }
  return problems;
}

/** The root secret is for nobody to type, and for no other service to know. */
function sharedSecretProblems(variables: EnvironmentVariables): string[] {
  const rootSecrets = [variables.JWT_SECRET_KEY, ...variables.JWT_SECRET_KEY_PREVIOUS];
  return (['BOOTSTRAP_ADMIN_PASSWORD', 'METRICS_TOKEN'] as const)
    .filter((name) => variables[name] !== undefined && rootSecrets.includes(variables[name]))
    .map((name) => `${name}: must differ from JWT_SECRET_KEY`);
}

function metricsProblems(variables: EnvironmentVariables): string[] {
  const { METRICS_ENABLED: enabled, METRICS_TOKEN: token } = variables;
  return enabled === true && token === undefined && !isLoopback(variables)
    ? ['METRICS_ENABLED: needs METRICS_TOKEN where HOST is not a loopback address']
    : [];
}

function relayProblems({ SMTP_URL: url, SMTP_REQUIRE_TLS: requireTls }: EnvironmentVariables): string[] {
  if (url === undefined || requireTls !== false || isLoopbackUrl(url)) return [];
  const { protocol, password } = new URL(url);
  return protocol === 'smtp:' && password !== ''
    ? ['SMTP_REQUIRE_TLS: cannot be false where SMTP_URL has a password']
    : [];
}
