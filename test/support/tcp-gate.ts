import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands on loopback before a server. Closed, it is a black hole: it takes connections and bytes, and answers nothing. */
export interface TcpGate {
  readonly port: number;
  /** Connections that are open on the side of the clients. */
  open(): number;
  /** Connections that were ever made. */
  accepted(): number;
  setClosed(closed: boolean): void;
  /** The connections that are open now fall silent, as behind a firewall that forgot them; new ones do not. */
  forget(): void;
  stop(): void;
}

export async function startTcpGate(target: number): Promise<TcpGate> {
  const clients = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let isClosed = false;
  let accepted = 0;
  const server = createServer((client) => {
    const isSilent = (): boolean => isClosed || forgotten.has(client);
    accepted++;
    clients.add(client);
    client.on('error', () => undefined);
    const upstream = isClosed ? undefined : connect(target, '127.0.0.1').on('error', () => client.destroy());
    client.on('close', () => {
      clients.delete(client);
      upstream?.destroy();
    });
    client.on('data', (data) => isSilent() || upstream?.write(data));
    upstream?.on('data', (data) => isSilent() || client.write(data)).on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => clients.size,
    accepted: () => accepted,
    setClosed: (closed) => {
      isClosed = closed;
    },
    forget: () => {
      for (const client of clients) forgotten.add(client);
    },
    stop: () => {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}
