import { Controller, Delete, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentPrincipal, type Principal } from '../../common/access';
import { ApiContract, UuidParam } from '../../common/http';
import { EndSessionsQuery, ListSessionsQuery, SessionPage, toSessionResponse } from './dto/session.response';
import { SessionsService } from './sessions.service';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Authenticated()
  @ApiContract({ summary: 'List your own live sessions, newest first', response: SessionPage })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: ListSessionsQuery }) query: ListSessionsQuery,
  ): Promise<SessionPage> {
    const { items, nextCursor } = await this.sessions.list(principal.subject, query);
    return { items: items.map((session) => toSessionResponse(session, principal.sessionId)), nextCursor };
  }

  @Delete()
  @Authenticated()
  @ApiContract({
    summary: 'End all your other sessions',
    description: 'With `includeCurrent=true` the one that asks ends too.',
    status: 204,
  })
  endAll(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: EndSessionsQuery }) query: EndSessionsQuery,
  ): Promise<void> {
    const survivor = query.includeCurrent === 'true' ? null : principal.sessionId;
    return this.sessions.endAll(principal.subject, survivor, 'ended_by_user');
  }

  @Delete(':id')
  @Authenticated()
  @ApiContract({ summary: 'End one of your own sessions', status: 204, errors: ['SESSION.NOT_FOUND'] })
  end(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.sessions.endOwn(principal.subject, id);
  }
}
