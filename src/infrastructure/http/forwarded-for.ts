import { isIP } from 'node:net';

/** With a port, as some proxies write it: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/;

/**
 * What of an `X-Forwarded-For` names addresses, without their ports: proxies append, so that what stands left of the last
 * entry that is none was never vouched for.
 */
export function addressesIn(forwardedFor: string): string {
  const entries = forwardedFor.split(',').map((entry) => addressIn(entry.trim()));
  return entries.slice(entries.lastIndexOf(null) + 1).join(', ');
}

/** A zone (`fe80::1%eth0`) means something to the machine alone that wrote it. */
function addressIn(entry: string): string | null {
  const [, bracketed, plain] = WITH_PORT.exec(entry) ?? [];
  const address = isIP(entry) === 0 ? (bracketed ?? plain ?? '') : entry;
  return isIP(address) === 0 || address.includes('%') ? null : address;
}
