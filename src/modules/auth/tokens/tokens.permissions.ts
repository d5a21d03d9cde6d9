import { definePermissions } from '../../../common/access';

export const tokensPermissions = definePermissions('tokens', {
  'tokens:introspect': { description: 'Ask whether a token is alive, and whose it is', risk: 'high' },
  'tokens:revoke': { description: 'Kill a token that one holds', risk: 'high' },
});

export const signingKeysPermissions = definePermissions('signing-keys', {
  'signing-keys:read': { description: 'Read the key ring, without private keys', risk: 'low' },
  'signing-keys:rotate': { description: 'Publish the next signing key', risk: 'high' },
  'signing-keys:revoke': { description: 'Kill a signing key and every token it signed', risk: 'critical' },
});

declare module '../../../common/access/permissions' {
  interface Permissions
    extends Record<keyof typeof tokensPermissions, true>, Record<keyof typeof signingKeysPermissions, true> {}
}
