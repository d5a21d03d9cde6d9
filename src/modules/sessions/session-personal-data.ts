import { Injectable } from '@nestjs/common';
import { ProvidesPersonalData } from '../../common/privacy';
import { Database } from '../../infrastructure/database';

const FIND = {
  name: 'sessions-find-personal',
  text: `SELECT id, host(ip) AS ip, user_agent AS "userAgent", methods, created_at AS "createdAt",
           last_seen_at AS "lastSeenAt", ended_at AS "endedAt", end_reason AS "endReason"
         FROM sessions WHERE user_id = $1 ORDER BY id`,
};
const FORGET = {
  name: 'sessions-forget-personal',
  text: 'UPDATE sessions SET ip = NULL, user_agent = NULL WHERE user_id = $1',
};

/** Where and with what somebody signed in; of dead sessions too, as long as they are kept. */
@Injectable()
export class SessionPersonalData {
  constructor(private readonly database: Database) {}

  @ProvidesPersonalData('sessions')
  find(userId: string): Promise<object[]> {
    return this.database.query(FIND, [userId]);
  }

  /** Joins the caller's transaction. */
  async forget(userId: string): Promise<void> {
    await this.database.change(FORGET, [userId]);
  }
}
