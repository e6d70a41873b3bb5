// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, DottedId, OpaqueId, TenantId } from '../ids.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';

/** Roles, from most to least powerful. */
export const ROLES = [
  'admin',
  'policy-author',
  'security-reader',
  'ci',
  'federation',
  'audit-source',
] as const;
export type Role = (typeof ROLES)[number];
export const RoleSchema = choice(ROLES, 'Role');

/** A local user; its password hash never leaves the store. */
export const User = object('User', 'A local user', {
  id: OpaqueId,
  name: text('Login name', 64, { pattern: '^[a-z][a-z0-9._-]*$' }),
  displayName: text('Name as shown', 128),
  role: RoleSchema,
  tenant: TenantId,
  language: choice(['en', 'ja'], 'Language of the console'),
  mustChangePassword: flag('Has to choose a new password first'),
  lockedUntilMs: optional(instant('Locked until')),
  disabled: flag('May not sign in'),
  createdAtMs: instant('Created'),
  lastLoginAtMs: optional(instant('Last sign-in')),
});
export type User = Static<typeof User>;

/** An API key; the key itself is shown once, at creation. */
export const ApiKey = object('ApiKey', 'An API key', {
  id: OpaqueId,
  name: text('Name', 128),
  prefix: text('First characters, to recognise it', 16),
  role: RoleSchema,
  tenant: TenantId,
  clusters: list(ClusterId, 'Clusters it may touch; empty = all of the tenant', 256),
  createdBy: text('Who made it', 64),
  createdAtMs: instant('Created'),
  expiresAtMs: instant('Ends'),
  lastUsedAtMs: optional(instant('Last used')),
  revoked: flag('Revoked'),
});
export type ApiKey = Static<typeof ApiKey>;

/** One record of the hash-chained audit log. */
export const AuditRecord = object('AuditRecord', 'One record of the hash-chained audit log', {
  sequence: integer('Position in the chain, from 1', '1'),
  tenant: TenantId,
  atMs: instant('When'),
  actor: text('Who: user name, key id, agent or system purpose', 256),
  actorKind: choice(['user', 'key', 'agent', 'system', 'local-root'], 'Kind of actor'),
  action: DottedId,
  target: text('What it touched', 512),
  outcome: choice(['success', 'refused', 'failed'], 'Outcome'),
  detail: text('More, without secrets', 4000),
  sourceAddress: optional(text('Address it came from', 64)),
  previousHash: text('Hash of the record before, hexadecimal', 64),
  hash: text('SHA-256 over this record and the hash before, hexadecimal', 64),
});
export type AuditRecord = Static<typeof AuditRecord>;

/** An audit record as it is shown. */
export const AuditEntry = object('AuditEntry', 'An audit record, with its detail in both languages', {
  ...AuditRecord.properties,
  told: optional(localText('The detail in words; absent where it is a name or what a person wrote', 4500)),
});
export type AuditEntry = Static<typeof AuditEntry>;

/** Who is signed in. */
export const Session = object('Session', 'Who is signed in and what they may do', {
  user: User,
  permissions: list(text('Permission', 64), 'Permissions', 64),
  csrfToken: text('Token that changes must send in x-csrf-token', 128),
  expiresAtMs: instant('Ends'),
});
export type Session = Static<typeof Session>;

/** The state of a background piece of work. */
export const Progress = inline('Progress of long work', {
  state: choice(['queued', 'running', 'done', 'failed', 'cancelled'], 'State'),
  done: integer('Steps done', '1'),
  total: integer('Steps in all; 0 = not known', '1'),
  message: text('What happens now', 512),
});
