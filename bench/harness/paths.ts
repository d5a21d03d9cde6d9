import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');
export const REGISTER = join(ROOT, 'bench/register.cjs');
export const PEERS = join(ROOT, 'bench/peers');
