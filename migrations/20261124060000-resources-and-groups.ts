import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every node knows the way to it from the root, so that "at or below" is one indexed question. */
const RESOURCE_PATHS = `
  ALTER TABLE resources ADD COLUMN path uuid[];
  WITH RECURSIVE tree (id, path) AS (
    SELECT id, ARRAY[id] FROM resources WHERE parent_id IS NULL
    UNION ALL
    SELECT r.id, t.path || r.id FROM resources r JOIN tree t ON r.parent_id = t.id)
  UPDATE resources r SET path = t.path FROM tree t WHERE t.id = r.id;
  ALTER TABLE resources
    ALTER COLUMN path SET NOT NULL,
    ADD CHECK (path[cardinality(path)] = id);
  CREATE INDEX ix_resources_path ON resources USING gin (path);
  CREATE INDEX ix_resources_type ON resources (type, id);
  CREATE INDEX ix_resources_parent_id ON resources (parent_id, id);
  DROP INDEX ix_resources_parent;
`;

const GROUPS = `
  CREATE TABLE groups (
    id uuid PRIMARY KEY CONSTRAINT fk_groups_principal REFERENCES principals (id),
    name text NOT NULL,
    name_key text NOT NULL CONSTRAINT uq_groups_name UNIQUE,
    description text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE group_members (
    group_id uuid NOT NULL CONSTRAINT fk_group_members_group REFERENCES groups (id) ON DELETE CASCADE,
    member_id uuid NOT NULL CONSTRAINT fk_group_members_member REFERENCES principals (id),
    added_by uuid CONSTRAINT fk_group_members_added_by REFERENCES principals (id),
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_id, member_id),
    CHECK (group_id <> member_id)
  );
  CREATE INDEX ix_group_members_member ON group_members (member_id);
`;

/** Permissions of other worlds keep the name that they have there; ours is made from it. Their roles say whence they came. */
const IMPORTED_PERMISSIONS = `
  ALTER TABLE permissions ADD COLUMN original_name text;
  ALTER TABLE permissions ADD CHECK ((source = 'imported') = (original_name IS NOT NULL));
  ALTER TABLE roles ADD COLUMN namespace text;
  CREATE INDEX ix_roles_namespace ON roles (namespace) WHERE namespace IS NOT NULL;
  CREATE INDEX ix_assignments_source ON assignments (source) WHERE source <> 'manual';
`;

const AUDITOR = `
  UPDATE roles SET grants = grants || '{groups:read,resources:read}', version = version + 1
    WHERE id = '00000000-0000-7000-8000-000000000003';
`;

const RUNTIME_ROLE = `
  GRANT SELECT, INSERT, UPDATE, DELETE ON groups, group_members TO portcullis_runtime;
`;

export class ResourcesAndGroups20261124060000 implements MigrationInterface {
  readonly name = 'ResourcesAndGroups20261124060000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [RESOURCE_PATHS, GROUPS, IMPORTED_PERMISSIONS, AUDITOR, RUNTIME_ROLE])
      await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
