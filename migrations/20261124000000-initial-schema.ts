import type { MigrationInterface, QueryRunner } from 'typeorm';

const ROLE_ADMINISTRATOR = '00000000-0000-7000-8000-000000000001';
const ROLE_USER_MANAGER = '00000000-0000-7000-8000-000000000002';
const ROLE_AUDITOR = '00000000-0000-7000-8000-000000000003';
const RESOURCE_ROOT = '00000000-0000-7000-8000-000000000010';

/** Who and what the service knows: principals and users. */
const IDENTITY = `
  CREATE TABLE installation (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
  );
  INSERT INTO installation DEFAULT VALUES;

  -- A principal outlives what it names, so that an id is never given out twice and every reference stays true.
  CREATE TABLE principals (
    id uuid PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('user', 'group', 'service')),
    active boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
  );

  CREATE TABLE users (
    id uuid PRIMARY KEY CONSTRAINT fk_users_principal REFERENCES principals (id),
    username text NOT NULL,
    username_key text NOT NULL CONSTRAINT uq_users_username UNIQUE,
    email text NOT NULL,
    email_key text NOT NULL CONSTRAINT uq_users_email UNIQUE,
    email_verified boolean NOT NULL DEFAULT false,
    display_name text NOT NULL,
    status text NOT NULL CHECK (status IN ('invited', 'active', 'locked', 'disabled')),
    password_hash text,
    must_change_password boolean NOT NULL DEFAULT false,
    mfa_enabled boolean NOT NULL DEFAULT false,
    epoch integer NOT NULL DEFAULT 0,
    epoch_changed_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ix_users_epoch_changed_at ON users (epoch_changed_at);
`;

/** Sign-in attempts, sessions (a session is a refresh-token family), keys and the change feed. */
const SESSIONS = `
  CREATE TABLE sign_in_attempts (
    subject_key bytea NOT NULL,
    source_class text NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    consecutive_failures integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject_key, source_class)
  );
  CREATE INDEX ix_sign_in_attempts_updated_at ON sign_in_attempts (updated_at);

  CREATE TABLE sign_in_challenges (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT uq_sign_in_challenges_token UNIQUE,
    user_id uuid NOT NULL CONSTRAINT fk_sign_in_challenges_principal REFERENCES principals (id),
    purpose text NOT NULL CHECK (purpose IN ('mfa', 'mfa_enrolment', 'password_change')),
    epoch integer NOT NULL,
    methods text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ix_sign_in_challenges_expires_at ON sign_in_challenges (expires_at);

  CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_sessions_principal REFERENCES principals (id),
    epoch integer NOT NULL,
    refresh_token_hash bytea NOT NULL,
    previous_refresh_token_hash bytea,
    successor_ciphertext bytea,
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    methods text[] NOT NULL,
    acr text NOT NULL CHECK (acr IN ('aal1', 'aal2')),
    authenticated_at timestamptz NOT NULL DEFAULT now(),
    ip inet,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    idle_expires_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text
  ) WITH (fillfactor = 80); -- room for heap-only updates: a refresh touches no index
  CREATE INDEX ix_sessions_user_live ON sessions (user_id, created_at DESC, id DESC) WHERE ended_at IS NULL;
  CREATE INDEX ix_sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE revoked_tokens (
    jti uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ix_revoked_tokens_expires_at ON revoked_tokens (expires_at);

  CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'RS256')),
    public_jwk jsonb NOT NULL,
    private_key_ciphertext bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('next', 'active', 'retiring', 'revoked')),
    created_at timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    retired_at timestamptz
  );
  CREATE UNIQUE INDEX uq_signing_keys_active ON signing_keys (status) WHERE status IN ('next', 'active');

  CREATE TABLE change_feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    keys jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX ix_change_feed_position ON change_feed (xid, id);
  CREATE INDEX ix_change_feed_at ON change_feed (at);

  CREATE TABLE rate_limits (
    key bytea PRIMARY KEY,
    hits integer NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX ix_rate_limits_expires_at ON rate_limits (expires_at);
`;

/** Permissions, roles, the resource tree and assignments. */
const AUTHORIZATION = `
  CREATE TABLE policy_state (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    version bigint NOT NULL DEFAULT 0
  );
  INSERT INTO policy_state DEFAULT VALUES;

  CREATE TABLE permissions (
    name text PRIMARY KEY,
    bit integer NOT NULL CONSTRAINT uq_permissions_bit UNIQUE,
    description text NOT NULL,
    risk text NOT NULL CHECK (risk IN ('low', 'high', 'critical')),
    source text NOT NULL CHECK (source IN ('code', 'imported')),
    created_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE roles (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    name_key text NOT NULL CONSTRAINT uq_roles_name UNIQUE,
    description text NOT NULL DEFAULT '',
    system boolean NOT NULL DEFAULT false,
    grants text[] NOT NULL,
    "except" text[] NOT NULL DEFAULT '{}',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE role_parents (
    role_id uuid NOT NULL CONSTRAINT fk_role_parents_role REFERENCES roles (id) ON DELETE CASCADE,
    parent_id uuid NOT NULL CONSTRAINT fk_role_parents_parent REFERENCES roles (id),
    PRIMARY KEY (role_id, parent_id),
    CHECK (role_id <> parent_id)
  );
  CREATE INDEX ix_role_parents_parent ON role_parents (parent_id);

  CREATE TABLE resources (
    id uuid PRIMARY KEY,
    parent_id uuid CONSTRAINT fk_resources_parent REFERENCES resources (id),
    type text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    tags jsonb NOT NULL DEFAULT '{}',
    owner_id uuid CONSTRAINT fk_resources_owner REFERENCES principals (id),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_resources_type_key UNIQUE (type, key),
    CHECK (parent_id <> id)
  );
  CREATE INDEX ix_resources_parent ON resources (parent_id);
  CREATE UNIQUE INDEX uq_resources_root ON resources ((parent_id IS NULL)) WHERE parent_id IS NULL;

  CREATE TABLE assignments (
    id uuid PRIMARY KEY,
    principal_id uuid NOT NULL CONSTRAINT fk_assignments_principal REFERENCES principals (id),
    role_id uuid NOT NULL CONSTRAINT fk_assignments_role REFERENCES roles (id),
    resource_id uuid NOT NULL CONSTRAINT fk_assignments_resource REFERENCES resources (id),
    effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
    condition jsonb,
    exempt uuid[] NOT NULL DEFAULT '{}',
    valid_from timestamptz,
    valid_to timestamptz,
    source text NOT NULL DEFAULT 'manual',
    reason text,
    created_by uuid CONSTRAINT fk_assignments_created_by REFERENCES principals (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (valid_from < valid_to)
  );
  CREATE INDEX ix_assignments_principal ON assignments (principal_id);
  CREATE INDEX ix_assignments_role ON assignments (role_id);
  CREATE INDEX ix_assignments_resource ON assignments (resource_id);
  CREATE UNIQUE INDEX uq_assignments_unconditional
    ON assignments (principal_id, role_id, resource_id, effect, source)
    WHERE condition IS NULL AND valid_from IS NULL AND valid_to IS NULL;

  INSERT INTO resources (id, parent_id, type, key, name)
    VALUES ('${RESOURCE_ROOT}', NULL, 'root', 'root', 'Everything');
  INSERT INTO roles (id, name, name_key, description, system, grants) VALUES
    ('${ROLE_ADMINISTRATOR}', 'administrator', 'administrator', 'May do everything.', true, '{*:*}'),
    ('${ROLE_USER_MANAGER}', 'user-manager', 'user-manager', 'Looks after accounts and their sessions.', true,
      '{users:*,sessions:*}'),
    ('${ROLE_AUDITOR}', 'auditor', 'auditor', 'Reads the audit trail, and accounts and policy to make sense of it.', true,
      '{audit:read,users:read,roles:read,assignments:read,permissions:read}');
`;

/**
 * The trail: append-only, in month partitions. Personal fields are encrypted under keys of their own, so that
 * erasing a key erases them and what was sealed still verifies; sealing sets sequence and batch once.
 */
const AUDIT = `
  CREATE TABLE audit_keys (
    id uuid PRIMARY KEY,
    subject_id uuid CONSTRAINT uq_audit_keys_subject UNIQUE,
    month date CONSTRAINT uq_audit_keys_month UNIQUE,
    key_ciphertext bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((subject_id IS NULL) <> (month IS NULL))
  );

  CREATE TABLE audit_events (
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    sequence bigint,
    batch_id uuid,
    action text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('success', 'failure', 'denied')),
    reason text,
    actor_type text NOT NULL,
    actor_id uuid,
    on_behalf_of uuid,
    target_type text NOT NULL,
    target_id text,
    changes jsonb,
    request_id uuid,
    session_id uuid,
    actor_key_id uuid,
    actor_personal bytea,
    target_key_id uuid,
    target_personal bytea,
    ip_digest bytea,
    typed_name_digest bytea,
    PRIMARY KEY (id, at)
  ) PARTITION BY RANGE (at);
  CREATE INDEX ix_audit_events_at ON audit_events (at DESC, id DESC);
  CREATE INDEX ix_audit_events_actor ON audit_events (actor_id, at DESC, id DESC);
  CREATE INDEX ix_audit_events_target ON audit_events (target_id, at DESC, id DESC);
  CREATE INDEX ix_audit_events_action ON audit_events (action, at DESC, id DESC);
  CREATE INDEX ix_audit_events_refused ON audit_events (outcome, at DESC, id DESC) WHERE outcome <> 'success';
  CREATE INDEX ix_audit_events_request ON audit_events (request_id);
  CREATE INDEX ix_audit_events_unsealed ON audit_events (xid, id) WHERE sequence IS NULL;
  CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;

  CREATE FUNCTION audit_events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
       AND to_jsonb(NEW) - 'sequence' - 'batch_id' = to_jsonb(OLD) - 'sequence' - 'batch_id' THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'insufficient_privilege';
  END $$;
  CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse_change();
  CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse_change();

  -- Makes this month's partition and the next three; called ahead of time, by the service too, hence as the owner.
  CREATE FUNCTION audit_events_prepare_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DECLARE
    first date;
    partition text;
  BEGIN
    FOR month_offset IN 0..3 LOOP
      first := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => month_offset))::date;
      partition := 'audit_events_' || to_char(first, 'YYYY_MM');
      IF to_regclass(partition) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF audit_events FOR VALUES FROM (%L) TO (%L)',
          partition, first || ' 00:00:00+00', (first + interval '1 month')::date || ' 00:00:00+00');
      END IF;
    END LOOP;
  END $$;
  SELECT audit_events_prepare_partitions();
`;

/** The role of the running service: it may append to the trail and read it, and no more. */
const RUNTIME_ROLE = `
  DO $$ BEGIN
    CREATE ROLE portcullis_runtime NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$;
  GRANT portcullis_runtime TO CURRENT_USER;
  GRANT USAGE ON SCHEMA public TO portcullis_runtime;
  GRANT SELECT, INSERT, UPDATE, DELETE ON
    users, sign_in_attempts, sign_in_challenges, sessions, revoked_tokens, signing_keys, change_feed, rate_limits,
    permissions, roles, role_parents, resources, assignments TO portcullis_runtime;
  GRANT SELECT ON installation TO portcullis_runtime;
  GRANT SELECT, INSERT, UPDATE ON principals TO portcullis_runtime;
  GRANT SELECT, UPDATE ON policy_state TO portcullis_runtime;
  GRANT SELECT, INSERT, DELETE ON audit_keys TO portcullis_runtime;
  GRANT SELECT, INSERT, UPDATE (sequence, batch_id) ON audit_events TO portcullis_runtime;
  REVOKE ALL ON FUNCTION audit_events_prepare_partitions() FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION audit_events_prepare_partitions() TO portcullis_runtime;
`;

export class InitialSchema20261124000000 implements MigrationInterface {
  readonly name = 'InitialSchema20261124000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [IDENTITY, SESSIONS, AUTHORIZATION, AUDIT, RUNTIME_ROLE]) await runner.query(part);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore a backup to go back'));
  }
}
