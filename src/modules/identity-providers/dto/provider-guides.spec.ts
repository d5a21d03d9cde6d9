import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import { PROVIDER_KINDS } from '../provider-kinds';
import { CreateIdentityProviderBody } from './identity-provider.bodies';

const GUIDES = join(__dirname, '../../../../docs/guides');
const { certificatePem } = makeKeyPair();

const guides = ['.', 'providers'].flatMap((folder) =>
  readdirSync(join(GUIDES, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(GUIDES, folder, file)),
);
const texts = guides.map((path) => [path.slice(GUIDES.length + 1), readFileSync(path, 'utf8')] as const);
const records = texts
  .filter(([file]) => file.startsWith('providers'))
  .flatMap(([file, text]) =>
    [...text.matchAll(/```json\n([^]*?)```/g)].map(
      ([, json = ''], n) => [`${file}, ${n + 1}`, json] as const,
    ),
  );

describe('the guides for providers', () => {
  it.each(records)('show a record that the API takes: %s', (_, json) => {
    const record: unknown = JSON.parse(json, (name, value: unknown) =>
      name === 'idpCertificates' ? [certificatePem] : value,
    );
    expect(CreateIdentityProviderBody.safeParse(record).error?.issues).toBeUndefined();
    const { kind, config } = CreateIdentityProviderBody.parse(record);
    expect(() => PROVIDER_KINDS[kind].parse(config)).not.toThrow();
  });

  it('name fields of a configuration that there are', () => {
    const fields = new Set(Object.values(PROVIDER_KINDS).flatMap(({ schema }) => Object.keys(schema.shape)));
    const named = texts.flatMap(([, text]) => [...text.matchAll(/`config\.(\w+)/g)].map(([, name]) => name));
    expect(named.filter((name) => !fields.has(name ?? ''))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });

  it.each(texts)('lead to pages that there are: %s', (file, text) => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    for (const link of links) expect(() => readFileSync(join(GUIDES, dirname(file), link))).not.toThrow();
  });
});
