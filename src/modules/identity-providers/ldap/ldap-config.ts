import { z } from 'zod';
import { defineKind, sharedConfigFields } from '../kind-definition';
import { isUserFilter } from './user-filter';

const dnField = z.string().min(1).max(1_000);
const attributeField = z.string().regex(/^[A-Za-z][A-Za-z0-9;.-]{0,99}$/, 'must be the name of an attribute');

const urlField = z
  .string()
  .regex(
    /^ldaps?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?\/?$/i,
    'must be ldap://host:port or ldaps://host:port',
  )
  .meta({ examples: ['ldaps://directory.example.com:636'] });

/** How the groups of an entry are found. Without it, `memberOf` of the entry says. */
const groupsField = z.strictObject({
  mode: z
    .enum(['memberOf', 'search', 'nested'])
    .describe(
      'The entry’s `memberOf`; a search for groups that name it; the same, nested, by the rule of Active Directory.',
    ),
  base: dnField.optional().describe('Where to search; `searchBase` unless told.'),
  attribute: attributeField.default('member').describe('The attribute of a group that names its members.'),
});

const fields = {
  ...sharedConfigFields,
  urls: z.array(urlField).min(1).max(5).describe('Tried in this order; one that failed lately comes last.'),
  tls: z.enum(['none', 'starttls', 'ldaps']),
  caPem: z
    .string()
    .max(100_000)
    .optional()
    .describe('The only authorities that are believed; those of the system without it.'),
  bindDn: dnField.describe('Who searches.'),
  searchBase: dnField,
  searchFilter: z
    .string()
    .max(1_000)
    .regex(/^\(.*\{\{username\}\}.*\)$/, 'must hold {{username}} within parentheses')
    .default('(uid={{username}})'),
  stableId: z
    .enum(['entryUUID', 'objectGUID'])
    .default('entryUUID')
    .describe('What an entry is known by, whatever its name.'),
  attributes: z
    .strictObject({
      username: attributeField.default('uid'),
      email: attributeField.default('mail'),
      displayName: attributeField.default('cn'),
    })
    .prefault({}),
  groups: groupsField.optional(),
  passwordPolicy: dnField
    .optional()
    .describe(
      'The entry of the policy (`pwdPolicy`) of who names none of their own. With it the trail tells an expired password from a wrong one.',
    ),
};

export const ldapKind = defineKind({
  fields,
  secretFields: { bindPassword: z.string().min(1).max(1_000).meta({ format: 'password' }) },
  secretsGoTo: ['urls', 'tls', 'caPem'],
  id: 'LdapConfig',
  check: ({ urls, tls, searchFilter }) => [
    ...(urls.every((url) => url.toLowerCase().startsWith('ldaps:') === (tls === 'ldaps'))
      ? []
      : [
          {
            field: 'urls',
            message: 'must begin with ldaps:// where tls is ldaps, and with ldap:// elsewhere',
          },
        ]),
    ...(isUserFilter(searchFilter)
      ? []
      : [
          { field: 'searchFilter', message: 'must be a filter that compares whole values with {{username}}' },
        ]),
  ],
});

export type LdapConfig = ReturnType<typeof ldapKind.parse>;
