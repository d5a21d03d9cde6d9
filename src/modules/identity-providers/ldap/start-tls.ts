import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** ExtendedRequest 1.3.6.1.4.1.1466.20037, message id 1 (RFC 4511 §4.14.1). */
const REQUEST = Buffer.from(
  `301d02010177188016${Buffer.from('1.3.6.1.4.1.1466.20037').toString('hex')}`,
  'hex',
);
/** Message id 1, ExtendedResponse, resultCode success. */
const SUCCESS = /^30[0-9a-f]{2}02010178[0-9a-f]{2}0a0100/;

/**
 * A connection over which the server has agreed to speak TLS next. Done before any LDAP client has the socket: a client
 * that upgrades by itself may send a password in the clear while the server still thinks about it.
 *
 * @throws Error when the server does not agree: then nothing was sent, and nothing is.
 */
export async function startTlsSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal });
    socket.write(REQUEST);
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer];
    if (!SUCCESS.test(answer.toString('hex'))) throw new Error('The directory does not agree to StartTLS');
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
}
