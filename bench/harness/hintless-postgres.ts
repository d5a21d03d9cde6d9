import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

const NOTIFICATION_RESPONSE = 'A'.charCodeAt(0);
/** A message is one byte of type and four of length; the length counts itself, not the type (PostgreSQL §54.7). */
const TYPE_BYTES = 1;
const HEADER_BYTES = 5;

/** A way to `url` on which every notification is lost and nothing else is. */
export async function startHintlessPostgres(url: string): Promise<{ url: string; stop(): void }> {
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) });
    client.pipe(upstream);
    upstream.pipe(withoutNotifications()).pipe(client);
    // Whoever ends first ends both; a reset is an end like any other here.
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxied = new URL(url);
  proxied.port = String((server.address() as AddressInfo).port);
  return { url: proxied.href, stop: () => void server.close() };
}

function withoutNotifications(): Transform {
  let pending = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= HEADER_BYTES) {
        const length = TYPE_BYTES + pending.readInt32BE(TYPE_BYTES);
        if (pending.length < length) break;
        if (pending[0] !== NOTIFICATION_RESPONSE) this.push(pending.subarray(0, length));
        pending = pending.subarray(length);
      }
      done();
    },
  });
}
