import { Injectable } from '@nestjs/common';
import { ProvidesPersonalData } from '../../common/privacy';
import { Database } from '../../infrastructure/database';

const ASSIGNMENTS = {
  name: 'assignments-find-personal',
  text: `SELECT assignments.id, roles.name AS role, resource_id AS "resourceId", effect, condition,
           valid_from AS "validFrom", valid_to AS "validTo", reason, assignments.created_at AS "createdAt"
         FROM assignments JOIN roles ON roles.id = role_id WHERE principal_id = $1 ORDER BY assignments.id`,
};
const GROUPS = {
  name: 'groups-find-personal',
  text: `SELECT groups.id, groups.name FROM group_members JOIN groups ON groups.id = group_id
         WHERE member_id = $1 ORDER BY groups.id`,
};

/** What was given to somebody directly. */
@Injectable()
export class GrantsPersonalData {
  constructor(private readonly database: Database) {}

  @ProvidesPersonalData('assignments')
  assignments(principalId: string): Promise<object[]> {
    return this.database.query(ASSIGNMENTS, [principalId]);
  }

  @ProvidesPersonalData('groups')
  groups(principalId: string): Promise<object[]> {
    return this.database.query(GROUPS, [principalId]);
  }
}
