import { BlockList, isIP } from 'node:net';

const compiled = new WeakMap<readonly string[], BlockList>();

/** Whether `address` lies in one of `networks`; null where it is no address. */
export function isInNetworks(address: string | undefined, networks: readonly string[]): boolean | null {
  const plain =
    address?.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const family = isIP(plain ?? '');
  if (plain === undefined || family === 0) return null;
  return blocksOf(networks).check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

function blocksOf(networks: readonly string[]): BlockList {
  let blocks = compiled.get(networks);
  if (blocks === undefined) {
    blocks = new BlockList();
    for (const network of networks) addTo(blocks, network);
    compiled.set(networks, blocks);
  }
  return blocks;
}

function addTo(blocks: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) blocks.addAddress(address, family);
  else blocks.addSubnet(address, Number(prefix), family);
}
