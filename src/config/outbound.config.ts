import { registerAs } from '@nestjs/config';
import { environment } from './environment';

export const outboundConfig = registerAs('outbound', () => ({
  /** Networks that are not public, and may be called all the same; by http:// too. */
  privateNetworks: environment().OUTBOUND_PRIVATE_NETWORKS,
}));
