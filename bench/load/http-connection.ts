import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * HTTP/1.1 over one kept-alive connection, one request at a time, and nothing beside: on a machine that the load
 * shares with what it measures, a full client would be the bottleneck.
 */
export class HttpConnection {
  private received: Buffer | undefined;
  private settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('close', () => this.settle?.reject(new Error('The server closed a connection')));
  }

  static async open(origin: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received === undefined ? chunk : Buffer.concat([this.received, chunk]);
    const answer = parseAnswer(this.received);
    if (answer === null) return;
    this.received = undefined;
    this.settle?.resolve(answer);
  }
}

/** Null until the answer is complete. */
function parseAnswer(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + HEAD_END.length;
  if (CHUNKED.test(head)) {
    const isComplete = bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
    return isComplete ? { status, body: withoutChunkSizes(bytes.subarray(bodyStart)) } : null;
  }
  const length = Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
  if (bytes.length < bodyStart + length) return null;
  return { status, body: bytes.toString('utf8', bodyStart, bodyStart + length) };
}

function withoutChunkSizes(chunks: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = chunks.indexOf('\r\n', at);
    const size = parseInt(chunks.toString('latin1', at, lineEnd), 16);
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(chunks.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
