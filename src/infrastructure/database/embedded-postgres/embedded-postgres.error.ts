/** The embedded server cannot be had; the message is one line that says what to do. */
export class EmbeddedPostgresError extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`The embedded PostgreSQL cannot be used: ${problem}`, options);
    this.name = 'EmbeddedPostgresError';
  }
}
