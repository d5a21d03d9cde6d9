import { z } from 'zod';

const PLACEHOLDER =
  /change[-_ ]?(me|this|it|in[-_ ]production)|your[-_ ]?secret|default|example|insecure|replace[-_ ]?(me|this)/i;

const seconds = (fallback: number, minimum: number, maximum: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(minimum).max(maximum).default(fallback);

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const postgresUrl = z.string().superRefine((value, context) => {
  const scheme = /^([a-z0-9+.-]+):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme === 'postgres' || scheme === 'postgresql') {
    if (!URL.canParse(value)) context.addIssue('is not a valid URL');
    return;
  }
  const database = scheme === undefined ? 'this value' : `"${scheme}"`;
  context.addIssue(`must be a postgres:// URL; ${database} is not PostgreSQL, the only database supported`);
});

const pageAddress = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

const rootSecret = z
  .string()
  .refine((value) => Buffer.byteLength(value) >= 32, 'must be at least 32 bytes long')
  .refine((value) => new Set(value).size >= 8, 'repeats too few characters; use `openssl rand -base64 48`')
  .refine((value) => !PLACEHOLDER.test(value), 'is a placeholder; use `openssl rand -base64 48`');

const network = z
  .string()
  .refine((value) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(value).success, {
    message: 'must be an address or a network such as 10.0.0.0/8',
  });

/** The names that the adapter knows for networks of one's own. */
const proxy = z.union([network, z.enum(['loopback', 'linklocal', 'uniquelocal'])], {
  message: 'must be an address or a network such as 10.0.0.0/8',
});

const origin = z
  .string()
  .refine((value) => URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value), {
    message: 'must be an origin as browsers send it, such as https://console.corp.example',
  });

const returnUrl = z.string().superRefine((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLoopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    context.addIssue('must be an https:// URL, or http:// on localhost');
  } else if (url.username !== '' || url.password !== '' || value.includes('#')) {
    context.addIssue('must have neither credentials nor a fragment');
  }
});

/** Every variable that the service reads. `.env.example` is checked against it. */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'production']).optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  PUBLIC_URL: pageAddress.optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  WEB_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  TRUSTED_PROXIES: list.pipe(z.array(proxy)).default([]),
  CORS_ALLOWED_ORIGINS: list.pipe(z.array(origin)).default([]),
  DOCS_ENABLED: flag.optional(),
  METRICS_ENABLED: flag.optional(),
  METRICS_TOKEN: z.string().min(16, 'must be at least 16 characters long').max(500).optional(),

  DB_URL: postgresUrl.optional(),
  DB_MIGRATION_URL: postgresUrl.optional(),
  DB_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),

  // The library would take options from it that switch encryption off.
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .refine((url) => !url.includes('?'), 'takes no options behind a "?"')
    .optional(),
  SMTP_REQUIRE_TLS: flag.optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\r\n]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be an address, or a name and <an address>',
    )
    .optional(),
  ACCOUNT_PAGES_URL: pageAddress.optional(),

  JWT_SECRET_KEY: rootSecret.optional(),
  JWT_SECRET_KEY_PREVIOUS: list.pipe(z.array(rootSecret)).default([]),
  JWT_AUDIENCE: z.string().min(1).max(200).default('portcullis'),
  ACCESS_TOKEN_EXPIRE_MINUTES: z.coerce.number().int().min(1).max(60).default(15),
  SIGNING_ALGORITHM: z.enum(['ES256', 'RS256']).default('ES256'),
  SIGNING_KEY_ROTATION_DAYS: z.coerce.number().int().min(1).max(365).default(90),
  SIGNING_KEY_LEAD_SECONDS: seconds(4_200, 10, 43_200),
  SESSION_IDLE_SECONDS: seconds(14 * 86_400, 60, 365 * 86_400),
  SESSION_ABSOLUTE_SECONDS: seconds(30 * 86_400, 60, 365 * 86_400),
  SESSION_LIMIT: z.coerce.number().int().min(0).max(1_000).default(0),
  SESSION_LIMIT_POLICY: z.enum(['evict_oldest', 'deny']).default('evict_oldest'),
  REFRESH_GRACE_SECONDS: seconds(0, 0, 10),

  FAILED_ATTEMPTS_LIMIT: z.coerce.number().int().min(1).max(100).default(5),
  LOCKOUT_DURATION_MINUTES: z.coerce.number().int().min(1).max(1_440).default(30),
  PASSWORD_HASH_MEMORY_KIB: z.coerce.number().int().min(19_456).max(1_048_576).default(19_456),
  PASSWORD_HASH_ITERATIONS: z.coerce.number().int().min(2).max(20).default(2),
  RATE_LIMIT_LOGIN_PER_ADDRESS: z.coerce.number().int().min(1).default(300),
  RATE_LIMIT_LOGIN_PER_NAME: z.coerce.number().int().min(1).default(60),
  RATE_LIMIT_REFRESH_PER_ADDRESS: z.coerce.number().int().min(1).default(1_200),
  RATE_LIMIT_MFA_PER_CHALLENGE: z.coerce.number().int().min(1).default(10),
  RATE_LIMIT_MFA_PER_ADDRESS: z.coerce.number().int().min(1).default(300),
  RATE_LIMIT_SSO_START: z.coerce.number().int().min(1).default(120),
  MFA_REQUIRED: flag.default(false),
  TOTP_ACCEPT_PREVIOUS_STEP: flag.default(false),
  RATE_LIMIT_FORGOT: z.coerce.number().int().min(1).default(5),
  RATE_LIMIT_FORGOT_PER_ADDRESS: z.coerce.number().int().min(1).default(100),
  OUTBOUND_PRIVATE_NETWORKS: list.pipe(z.array(network)).default([]),
  SSO_RETURN_URLS: list.pipe(z.array(returnUrl)).default([]),

  BOOTSTRAP_ADMIN_USERNAME: z.string().min(1).default('admin'),
  BOOTSTRAP_ADMIN_PASSWORD: z.string().min(15, 'must be at least 15 characters long').max(1_000).optional(),
});

/** Variables whose value may come from a file, named by `<VARIABLE>_FILE` (container secrets). */
export const SECRET_VARIABLES = [
  'DB_URL',
  'DB_MIGRATION_URL',
  'REDIS_URL',
  'SMTP_URL',
  'JWT_SECRET_KEY',
  'JWT_SECRET_KEY_PREVIOUS',
  'BOOTSTRAP_ADMIN_PASSWORD',
  'METRICS_TOKEN',
] as const satisfies readonly (keyof typeof environmentSchema.shape)[];

export type EnvironmentVariables = z.infer<typeof environmentSchema>;
