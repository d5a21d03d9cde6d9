import { BlockList, isIP } from 'node:net';

/** Everything that is no public unicast address (IANA special-purpose registries, RFC 6890). */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
const GLOBAL_IPV6 = ['2000::/3'];
/** Within the global ones: Teredo and 6to4 lead to IPv4 addresses of the sender's choice. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

const specialIpv4 = networks(SPECIAL_IPV4);
const globalIpv6 = networks(GLOBAL_IPV6);
const specialIpv6 = networks(SPECIAL_IPV6);

/** @throws Error when one of them is no address and no network */
export function networks(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const entry of list) {
    const [address = '', prefix] = entry.split('/');
    const family = familyOf(address);
    block.addSubnet(address, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  }
  return block;
}

export function isIn(block: BlockList, address: string): boolean {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  return isIP(plain) !== 0 && block.check(plain, familyOf(plain));
}

export function isPublic(address: string): boolean {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  if (isIP(plain) === 4) return !specialIpv4.check(plain, 'ipv4');
  return isIP(plain) === 6 && globalIpv6.check(plain, 'ipv6') && !specialIpv6.check(plain, 'ipv6');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
