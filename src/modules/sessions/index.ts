export { ListSessionsQuery, SessionPage, toSessionResponse } from './dto/session.response';
export { RefreshTokensService } from './refresh-tokens.service';
export { SessionActivity } from './session-activity';
export type { SessionGrant } from './session-grant';
export { SessionPersonalData } from './session-personal-data';
export type { SessionState } from './session-sql';
export { SessionsModule } from './sessions.module';
export { SessionsService } from './sessions.service';
