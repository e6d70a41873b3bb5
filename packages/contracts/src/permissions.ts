// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Role } from './nouns/access.ts';

/** Everything a route may ask for. */
export const PERMISSIONS = [
  'self',
  'inventory:read',
  'findings:read',
  'findings:accept',
  'events:read',
  'policies:read',
  'policies:write',
  'access:request',
  'access:approve',
  'nodes:read',
  'nodes:enroll',
  'nodes:command',
  'scorecard:read',
  'audit:read',
  'users:manage',
  'keys:manage',
  'scan:submit',
  'advisories:read',
  'advisories:manage',
  'registries:manage',
  'system:read',
  'backup:create',
  'federation:sync',
  'audit-log:submit',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READ: readonly Permission[] = [
  'self',
  'inventory:read',
  'findings:read',
  'events:read',
  'policies:read',
  'nodes:read',
  'scorecard:read',
  'advisories:read',
  'system:read',
];

/** What each role may do: least privilege, closed, listed in docs and tested with every route. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  admin: PERMISSIONS,
  // Asking changes nothing by itself; only an administrator approves, and never their own request.
  'policy-author': [...READ, 'policies:write', 'findings:accept', 'scan:submit', 'access:request'],
  'security-reader': [...READ, 'audit:read', 'access:request'],
  ci: ['self', 'scan:submit', 'findings:read', 'policies:read', 'advisories:read'],
  federation: [
    'self',
    'inventory:read',
    'findings:read',
    'events:read',
    'nodes:read',
    'scorecard:read',
    'federation:sync',
  ],
  // An API server that sends its audit log: it may do nothing else, so that its token is of no other use.
  'audit-source': ['audit-log:submit'],
};
