import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPublic } from './addresses';
import { OutboundHttp, OutboundRefusedError } from './outbound-http';

const request = (timeoutMs = 5_000) => ({
  method: 'GET',
  headers: {},
  signal: AbortSignal.timeout(timeoutMs),
});

describe('calls to others', () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener): Promise<number> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const guarded = new OutboundHttp({ privateNetworks: [] });
  const loopback = new OutboundHttp({ privateNetworks: ['127.0.0.0/8', '::1'] });

  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each([
    ['127.0.0.1'],
    ['localhost'],
    ['127.1'],
    ['0x7f.0.0.1'],
    ['2130706433'],
    ['0177.0.0.1'],
    ['0.0.0.0'],
    ['[::1]'],
    ['[::]'],
    ['[::ffff:127.0.0.1]'],
    ['[::ffff:7f00:1]'],
    ['[fe80::1]'],
    ['[fd00::1]'],
    ['[64:ff9b::7f00:1]'],
    ['[2002:7f00:1::]'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['172.16.0.1'],
    ['192.168.1.1'],
    ['100.64.0.1'],
  ])('never reach %s, by http or https', async (host) => {
    let reached = false;
    const port = await serve((_, response) => {
      reached = true;
      response.end();
    });
    for (const scheme of ['http', 'https']) {
      await expect(guarded.fetch(`${scheme}://${host}:${port}/`, request())).rejects.toThrow(
        OutboundRefusedError,
      );
    }
    expect(reached).toBe(false);
  });

  it.each([
    ['ftp://example.com/'],
    ['file:///etc/passwd'],
    ['https://user:secret@example.com/'],
    ['nonsense'],
  ])('are refused for %s', async (address) => {
    await expect(loopback.fetch(address, request())).rejects.toThrow(OutboundRefusedError);
  });

  it('are made without TLS to a network that is listed only', async () => {
    const port = await serve((_, response) => response.end('hello'));
    const response = await loopback.fetch(`http://localhost:${port}/`, request());
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
    await expect(loopback.fetch('http://8.8.8.8/', request())).rejects.toThrow(OutboundRefusedError);
  });

  it('follow no redirect', async () => {
    let calls = 0;
    const port = await serve((_, response) => {
      calls++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await loopback.fetch(`http://127.0.0.1:${port}/`, request())).status).toBe(302);
    expect(calls).toBe(1);
  });

  it('read no more than a mebibyte', async () => {
    const port = await serve((_, response) => {
      response.on('error', () => undefined);
      response.end(Buffer.alloc(10 * 1_048_576));
    });
    await expect(loopback.fetch(`http://127.0.0.1:${port}/`, request())).rejects.toThrow(/larger/);
  });

  it.each<[string, RequestListener]>([
    ['nothing is answered', (): void => undefined],
    [
      'the body does not end',
      (_, response) => {
        response.write('{');
      },
    ],
  ])('end with the signal where %s', async (_, listener) => {
    const port = await serve(listener);
    const startedAt = Date.now();
    await expect(loopback.fetch(`http://127.0.0.1:${port}/`, request(100))).rejects.toThrow();
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it('know public addresses', () => {
    expect(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'].map(isPublic)).toEqual([true, true, true]);
    expect(['', 'localhost', '::', '255.255.255.255', 'ff02::1'].map(isPublic)).toEqual(Array(5).fill(false));
  });
});
