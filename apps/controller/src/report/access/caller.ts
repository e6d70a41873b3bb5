// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  DEFAULT_TENANT,
  LOCAL_CLUSTER,
  type Permission,
  ROLE_PERMISSIONS,
  type Role,
  type Scope,
  tenantScope,
  type User,
} from '@bartizan/contracts';

/** Who sends a request, and what they may do. */
export interface Caller {
  readonly kind: 'user' | 'key' | 'local-root' | 'anonymous';
  /** User name or key id; what the audit log calls the actor. */
  readonly name: string;
  readonly id: string;
  readonly tenant: string;
  readonly cluster: string;
  readonly permissions: readonly Permission[];
  /** The record of the person, or one made up for a key. Absent for anonymous callers. */
  readonly user?: User;
  /** Present for cookie sessions only. */
  readonly session?: { readonly tokenHash: string; readonly csrfToken: string; readonly expiresAtMs: number };
}

/** A caller without login. */
export const ANONYMOUS: Caller = {
  kind: 'anonymous',
  name: 'anonymous',
  id: 'anonymous',
  tenant: DEFAULT_TENANT,
  cluster: LOCAL_CLUSTER,
  permissions: [],
};

/** Permissions of a role; only `self` until a one-time password has been changed. */
export const permissionsOf = (role: Role, mustChangePassword: boolean): readonly Permission[] =>
  mustChangePassword ? ['self'] : ROLE_PERMISSIONS[role];

/** What a caller may see and change. */
export const scopeOf = (caller: Caller): Scope => tenantScope(caller.cluster, caller.tenant);

/** A user record for callers that are not users, so that `who am I` has one form. */
export function madeUpUser(facts: {
  id: string;
  name: string;
  shown: string;
  role: Role;
  tenant: string;
}): User {
  return {
    id: facts.id,
    name: facts.name,
    displayName: facts.shown,
    role: facts.role,
    tenant: facts.tenant,
    language: 'en',
    mustChangePassword: false,
    disabled: false,
    createdAtMs: 0,
  };
}
