import { RemoteDocument } from './remote-document';

describe('a document of somebody else', () => {
  let now: number;
  let loads: number;
  let next: () => string;
  let document: RemoteDocument<string>;
  const down = (): never => {
    throw new Error('down');
  };

  beforeEach(() => {
    now = 0;
    loads = 0;
    next = () => 'one';
    document = new RemoteDocument({
      load: () => {
        loads++;
        return Promise.resolve().then(next);
      },
      freshMs: 100,
      staleMs: 1_000,
      retryMs: 10,
      now: () => now,
    });
  });

  it('is read once while it is fresh, also by many at once', async () => {
    expect(await Promise.all([document.get(), document.get()])).toEqual(['one', 'one']);
    now = 99;
    await document.get();
    expect(loads).toBe(1);
  });

  it('is read again when it is old', async () => {
    await document.get();
    now = 100;
    next = () => 'two';
    expect(await document.get()).toBe('two');
  });

  it('serves for the documented time while it cannot be read, and no longer', async () => {
    await document.get();
    next = down;
    now = 999;
    expect(await document.get()).toBe('one');
    now = 1_010;
    await expect(document.get()).rejects.toThrow('down');
  });

  it('that is not good is read again at most once in a while', async () => {
    await document.get();
    const isTwo = (value: string): boolean => value === 'two';
    for (let i = 0; i < 50; i++) expect(await document.get(isTwo)).toBe('one');
    expect(loads).toBe(2);
    now = 10;
    next = () => 'two';
    expect(await document.get(isTwo)).toBe('two');
    expect(loads).toBe(3);
  });

  it('that is not good does not serve where a better one cannot be read', async () => {
    await document.get();
    now = 10;
    next = down;
    await expect(document.get((value) => value === 'two')).rejects.toThrow('down');
  });

  it('is nothing while it was never read', async () => {
    next = down;
    await expect(document.get()).rejects.toThrow('down');
  });
});
