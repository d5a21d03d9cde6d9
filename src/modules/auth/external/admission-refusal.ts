/** Why somebody whom a provider vouches for has no account here. For the trail alone. */
export class AdmissionRefusal extends Error {
  constructor(readonly reason: string) {
    super(`Not admitted: ${reason}`);
    this.name = 'AdmissionRefusal';
  }
}
