import { Injectable } from '@nestjs/common';
import { Purge } from '../../../infrastructure/purge';
import { PURGE_ENROLMENTS } from './totp-factors.repository';

/** Forgets enrolments that somebody began and did not confirm. */
@Injectable()
export class TotpEnrolmentsPurge {
  constructor(purge: Purge) {
    purge.register(PURGE_ENROLMENTS);
  }
}
