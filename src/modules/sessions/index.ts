export { ListSessionsQuery, SessionPage, toSessionResponse } from './dto/session.response';
export { SessionsModule } from './sessions.module';
export type { SessionState } from './sessions.repository';
export { SessionsService, type SessionGrant } from './sessions.service';
