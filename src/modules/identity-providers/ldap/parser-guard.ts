import { createRequire } from 'node:module';

/** More than any entry or group of a directory takes. */
const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

interface Parser {
  buffer: Buffer | null;
  write: (this: Parser, data: Buffer) => unknown;
  emit(event: 'error', error: unknown): unknown;
}

/**
 * The parser of ldapjs, and what it calls for each message, throw on what a hostile directory can send; from the event of
 * a socket, that ends the process. And it collects what a message says is its length, however long, copying all of it for
 * each piece that comes. As an error of the parser both fail what was asked over the connection, and nothing else.
 */
function guard(parser: Parser): void {
  const { write } = parser;
  parser.write = function (data) {
    try {
      if ((this.buffer?.length ?? 0) + data.length > MAX_MESSAGE_BYTES)
        throw new Error('The directory answers more than anybody asks for');
      return write.call(this, data);
    } catch (error) {
      this.buffer = null;
      this.emit('error', error);
      return false;
    }
  };
}

// Our own copy, and the one that only passport-ldapauth sees.
const ours = createRequire(__filename);
const theirs = createRequire(createRequire(ours.resolve('passport-ldapauth')).resolve('ldapauth-fork'));
const parsers = [ours, theirs].map((load) => (load('ldapjs') as { Parser: { prototype: Parser } }).Parser);
for (const { prototype } of new Set(parsers)) guard(prototype);
