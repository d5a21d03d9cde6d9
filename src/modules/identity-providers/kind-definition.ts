import { z, type ZodRawShape } from 'zod';
import { DomainError } from '../../common/errors';

/** What every kind of provider is configured with. */
export const sharedConfigFields = {
  jitProvisioning: z
    .boolean()
    .default(false)
    .describe('Whether who signs in for the first time gets an account.'),
};

type Config = Readonly<Record<string, unknown>>;

interface Finding {
  readonly field: string;
  /** `invalid` where left out. */
  readonly code?: string;
  readonly message: string;
}

interface KindInput<Fields extends ZodRawShape, Secrets extends ZodRawShape> {
  readonly id: string;
  readonly fields: Fields;
  /** Written and never read; kept sealed, apart from the rest. */
  readonly secretFields: Secrets;
  /** The fields that say to whom the secrets are shown: who changes one has to know the secrets. */
  readonly secretsGoTo: readonly (keyof Fields & string)[];
  /** What no field says by itself. */
  readonly check?: (config: z.output<z.ZodObject<Fields & Secrets>>) => readonly Finding[];
  /** Adds what is made here where nobody gave it: a key of our own. Of a configuration that may be wrong still. */
  readonly complete?: (config: Config) => Promise<Config>;
}

export interface KindDefinition<Fields extends ZodRawShape, Secrets extends ZodRawShape> {
  readonly schema: z.ZodObject<Fields & Secrets, z.core.$strict>;
  readonly publicSchema: z.ZodObject<Fields, z.core.$strict>;
  readonly secretFields: readonly string[];
  readonly secretsGoTo: readonly string[];
  /** What is stored. @throws DomainError `PROVIDER.INVALID_CONFIG` */
  parse(value: unknown): z.output<z.ZodObject<Fields & Secrets, z.core.$strict>>;
  /** What is to be stored: parsed, with what nobody gave and it needs. @throws DomainError `PROVIDER.INVALID_CONFIG` */
  prepare(value: Config): Promise<z.output<z.ZodObject<Fields & Secrets, z.core.$strict>>>;
}

/** How one kind of provider is configured: its fields, and which of them are secrets. */
export function defineKind<Fields extends ZodRawShape, Secrets extends ZodRawShape>({
  id,
  fields,
  secretFields,
  secretsGoTo,
  check = () => [],
  complete = (config) => Promise.resolve(config),
}: KindInput<Fields, Secrets>): KindDefinition<Fields, Secrets> {
  const schema = z.strictObject({ ...fields, ...secretFields }).meta({ id });
  const parse = (value: unknown): z.output<typeof schema> => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      throw invalidConfig(
        parsed.error.issues.map(({ path, message }) => ({ field: path.join('/'), message })),
      );
    }
    const findings = check(parsed.data);
    if (findings.length > 0) throw invalidConfig(findings);
    return parsed.data;
  };
  return {
    schema,
    publicSchema: z.strictObject(fields).meta({ id: `Public${id}` }),
    secretFields: Object.keys(secretFields),
    secretsGoTo,
    parse,
    prepare: async (value) => parse(await complete(value)),
  };
}

function invalidConfig(findings: readonly Finding[]): DomainError {
  return new DomainError('PROVIDER.INVALID_CONFIG', {
    errors: findings.map(({ field, code = 'invalid', message }) => ({
      pointer: `/config/${field}`,
      code,
      message,
    })),
  });
}
