import { RequestContext } from '../request-context';
import { createLogger } from './create-logger';

function lines(write: (logger: ReturnType<typeof createLogger>) => void, logLevel = 'info' as const) {
  const written: string[] = [];
  write(createLogger({ logLevel, mode: 'production' }, { write: (line) => void written.push(line) }));
  return written;
}

function line(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const [only, ...others] = lines(write);
  expect(others).toEqual([]);
  expect(only?.indexOf('\n')).toBe((only?.length ?? 0) - 1);
  return JSON.parse(only ?? '') as Record<string, unknown>;
}

describe('the logger', () => {
  it('writes one JSON object a line, with level, time and context', () => {
    expect(line((logger) => logger.warn('Disk is filling', 'Storage'))).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      pid: process.pid,
      context: 'Storage',
      msg: 'Disk is filling',
    });
  });

  it('keeps line breaks, escapes and quotes of the client inside the line', () => {
    const hostile = 'admin\r\n{"level":"info","msg":"forged"}\u001b[31m "quoted"';
    expect(line((logger) => logger.log(hostile)).msg).toBe(hostile);
  });

  it('adds the id of the request that it is written for', () => {
    const requests = new RequestContext();
    const written = line((logger) => {
      requests.serve({ id: 'request-1' } as never, () => logger.log('Working'));
    });
    expect(written.requestId).toBe('request-1');
  });

  it('leaves out what is below its level', () => {
    expect(lines((logger) => logger.debug('Detail'))).toEqual([]);
  });

  it('masks fields that hold secrets, however deep a log line gets', () => {
    const text = JSON.stringify(
      line((logger) =>
        logger.log({
          msg: 'Request',
          password: 'hunter2',
          headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' },
          body: { login: { password: 'hunter2', refreshToken: 'hunter2' } },
        }),
      ),
    );
    expect(text).not.toContain('hunter2');
  });

  it('masks tokens in the middle of a text', () => {
    const written = line((logger) =>
      logger.error('jwt eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln and ptr_0192f0c4-7b1e_s3cret refused'),
    );
    expect(written.msg).toBe('jwt *** and *** refused');
  });

  it('tells of an error its name, code, stack and causes, and nothing else', () => {
    const failure = Object.assign(new Error('insert failed', { cause: new TypeError('low level') }), {
      code: '23505',
      parameters: ['hunter2'],
      detail: 'Key (email)=(ada@example.com) already exists.',
    });
    const written = line((logger) => logger.error({ msg: 'POST /v1/users failed', err: failure }));
    expect(written.err).toMatchObject({
      type: 'Error',
      code: '23505',
      stack: expect.stringContaining('create-logger.spec'),
      cause: { type: 'TypeError', message: 'low level' },
    });
    expect(JSON.stringify(written)).not.toMatch(/hunter2|ada@example/);
  });

  it('understands how Nest passes stack and context', () => {
    const written = line((logger) => logger.error('Boom', 'Error: Boom\n    at here', 'Router'));
    expect(written).toMatchObject({ msg: 'Boom', stack: 'Error: Boom\n    at here', context: 'Router' });
  });
});
