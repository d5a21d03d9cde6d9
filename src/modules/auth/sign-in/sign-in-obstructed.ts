import type { SignInObstacle } from './sign-in-completion';

/** Undoes what a sign-in did on its way, since there is no session that it could end in. */
export class SignInObstructed extends Error {
  /** `obstacle` is for the trail alone. */
  constructor(readonly obstacle: SignInObstacle) {
    super(`The sign-in cannot be completed: ${obstacle}`);
    this.name = 'SignInObstructed';
  }
}
