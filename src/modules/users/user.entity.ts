import { Column, Entity, PrimaryColumn, VirtualColumn } from 'typeorm';
import { statusNow } from './status-now';

export const USER_STATUSES = ['invited', 'active', 'locked', 'disabled'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  username!: string;

  /** The canonical form, which is what is unique and searched. */
  @Column('text', { name: 'username_key', select: false })
  usernameKey!: string;

  @Column('text')
  email!: string;

  @Column('text', { name: 'email_key', select: false })
  emailKey!: string;

  @Column('boolean', { name: 'email_verified' })
  emailVerified!: boolean;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @VirtualColumn('text', { query: (alias) => `SELECT ${statusNow(alias)}` })
  status!: UserStatus;

  /** Null where a lock has no end of its own, and where there is none. */
  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil!: Date | null;

  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  @Column('boolean', { name: 'must_change_password', select: false })
  mustChangePassword!: boolean;

  @Column('boolean', { name: 'mfa_enabled' })
  mfaEnabled!: boolean;

  /** Grows when everything that was issued to the user must die: tokens and sessions carry the epoch they saw. */
  @Column('integer', { select: false })
  epoch!: number;

  /** Changes with every edit; the ETag. */
  @Column('integer')
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
