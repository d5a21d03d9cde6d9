import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const ssoConfig = registerAs('sso', () => ({
  /** Where browsers may be sent back to when a sign-in is over; each exactly as clients write it. */
  returnUrls: environment().SSO_RETURN_URLS,
}));
