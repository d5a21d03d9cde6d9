import type { Principal } from '../../common/access';
import type { AccessContext } from './engine/access-request';

/** What conditions may know of a request: the address, and how the principal authenticated. */
export function contextOf({ acr, authTime }: Principal, ip: string | null | undefined): AccessContext {
  return { acr, mfaAt: acr === 'aal2' ? authTime : null, ...(typeof ip === 'string' && { ip }) };
}
