import { AsyncLocalStorage } from 'node:async_hooks';
import { isPromise } from 'node:util/types';

/**
 * A value that everything started within {@link run} finds again, also after an `await`.
 *
 * Before Node 24 the whole process pays for that, by a hook on every promise, from the first entry on. So the storage
 * is switched off whenever nobody is inside.
 */
export class AsyncScope<Value> {
  private readonly storage = new AsyncLocalStorage<Value>();
  private inside = 0;

  get value(): Value | undefined {
    return this.storage.getStore();
  }

  /** `work` is inside until it returns or, where it returns a promise, until that is settled. */
  run<Result>(value: Value, work: () => Result): Result {
    let result: Result;
    this.inside++;
    try {
      result = this.storage.run(value, work);
    } catch (error) {
      this.leave();
      throw error;
    }
    if (isPromise(result)) void result.then(this.leave, this.leave);
    else this.leave();
    return result;
  }

  private readonly leave = (): void => {
    if (--this.inside === 0) this.storage.disable();
  };
}
