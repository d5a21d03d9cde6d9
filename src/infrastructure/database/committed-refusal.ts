/**
 * Thrown in a transaction to end it for good: what was done so far is committed, and then its caller gets `refusal`.
 * For what must stay spent although the answer is no.
 */
export class CommittedRefusal extends Error {
  constructor(readonly refusal: Error) {
    super(refusal.message);
    this.name = 'CommittedRefusal';
  }
}
