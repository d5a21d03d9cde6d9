import type { RequestSpec } from './plan';

/** The bytes of a request, made once: they are sent many times. */
export function serialise(origin: string, { method, path, headers = {}, body }: RequestSpec): Buffer {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const all = {
    host: new URL(origin).host,
    ...headers,
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(payload)),
    }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${payload}`);
}
