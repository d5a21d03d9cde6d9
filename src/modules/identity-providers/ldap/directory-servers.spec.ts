import { DirectoryServers } from './directory-servers';

describe('the servers of a directory', () => {
  let now: number;
  const asked: string[] = [];
  const answerOf =
    (...dead: string[]) =>
    (url: string): Promise<string> => {
      asked.push(url);
      return dead.includes(url) ? Promise.reject(new Error(url)) : Promise.resolve(url);
    };
  const servers = (...urls: string[]): DirectoryServers => new DirectoryServers(urls, 200, () => now);
  const takeAsked = (): string[] => asked.splice(0);

  beforeEach(() => {
    now = 0;
    takeAsked();
  });

  it('are asked in the order of the record, until one answers', async () => {
    await expect(servers('a', 'b', 'c').askAny(answerOf('a'))).resolves.toBe('b');
    expect(takeAsked()).toEqual(['a', 'b']);
  });

  it('share the time: one that hangs leaves some for the next', async () => {
    const hang = (): Promise<never> => new Promise(() => undefined);
    const answer = servers('a', 'b').askAny((url) => (url === 'a' ? hang() : answerOf()(url)));
    await expect(answer).resolves.toBe('b');
  });

  it('fail together when none answers, with the reason of each', async () => {
    await expect(servers('a', 'b').askAny(answerOf('a', 'b'))).rejects.toMatchObject({
      errors: [{ message: 'a' }, { message: 'b' }],
    });
  });

  it('come last once they failed, whether or not the next one is asked in their place', async () => {
    const some = servers('a', 'b');
    await some.askAny(answerOf('a'));
    await expect(some.askOne(null, answerOf())).resolves.toBe('b');
    await expect(some.askAny(answerOf())).resolves.toBe('b');
    expect(takeAsked()).toEqual(['a', 'b', 'b', 'b']);
  });

  it('are asked alone where one is named, whatever became of it meanwhile', async () => {
    const some = servers('a', 'b');
    await some.askOne('a', answerOf('a')).catch(() => undefined);
    await expect(some.askOne('a', answerOf())).resolves.toBe('a');
    await expect(some.askOne('a', answerOf('a'))).rejects.toThrow('a');
    expect(takeAsked()).toEqual(['a', 'a', 'a']);
  });

  it('are tried again after a while, by one at a time, and come first again once they answer', async () => {
    const some = servers('a', 'b');
    await some.askAny(answerOf('a'));
    takeAsked();
    now = 30_000;
    const trying = some.askAny(answerOf());
    await some.askAny(answerOf());
    await trying;
    await some.askAny(answerOf());
    expect(takeAsked()).toEqual(['a', 'b', 'a']);
  });

  it('stay in their place when all of them failed', async () => {
    const some = servers('a', 'b');
    await some.askAny(answerOf('a', 'b')).catch(() => undefined);
    takeAsked();
    await some.askAny(answerOf());
    expect(takeAsked()).toEqual(['a']);
  });
});
