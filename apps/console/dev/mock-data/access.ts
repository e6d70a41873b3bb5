// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ApiKey,
  type AuditEntry,
  type Package,
  ROLE_PERMISSIONS,
  type Session,
  type User,
} from '@bartizan/contracts';
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, seeded } from './random.ts';
import { mockUse } from './use.ts';

export const ADMIN: User = {
  id: 'u-admin',
  name: 'admin',
  displayName: '',
  role: 'admin',
  tenant: 'default',
  language: 'en',
  mustChangePassword: false,
  disabled: false,
  createdAtMs: NOW_MS - 9 * DAY_MS,
  lastLoginAtMs: NOW_MS - 5 * MINUTE_MS,
};

export const USERS: readonly User[] = [
  ADMIN,
  {
    ...ADMIN,
    id: 'u-sato',
    name: 'sato',
    displayName: '佐藤 花子',
    role: 'security-reader',
    language: 'ja',
    lastLoginAtMs: NOW_MS - 26 * HOUR_MS,
  },
  {
    ...ADMIN,
    id: 'u-jordan',
    name: 'jordan',
    displayName: 'Jordan',
    role: 'policy-author',
    mustChangePassword: true,
  },
  { ...ADMIN, id: 'u-old', name: 'former.colleague', role: 'ci', disabled: true },
];

/** The session of a user. */
export const sessionOf = (user: User): Session => ({
  user,
  permissions: [...ROLE_PERMISSIONS[user.role]],
  csrfToken: 'mock-csrf-token',
  expiresAtMs: NOW_MS + 8 * HOUR_MS,
});

export const API_KEYS: readonly ApiKey[] = [
  {
    id: 'k-1',
    name: 'GitHub Actions',
    prefix: 'bzk_a81f',
    role: 'ci',
    tenant: 'default',
    clusters: [],
    createdBy: 'admin',
    createdAtMs: NOW_MS - 20 * DAY_MS,
    expiresAtMs: NOW_MS + 70 * DAY_MS,
    lastUsedAtMs: NOW_MS - HOUR_MS,
    revoked: false,
  },
  {
    id: 'k-2',
    name: 'old dashboard',
    prefix: 'bzk_77c0',
    role: 'security-reader',
    tenant: 'default',
    clusters: [],
    createdBy: 'admin',
    createdAtMs: NOW_MS - 90 * DAY_MS,
    expiresAtMs: NOW_MS + DAY_MS,
    revoked: true,
  },
];

const ACTIONS = [
  'session.create',
  'finding.accept',
  'user.create',
  'advisory.import',
  'api-key.create',
  'node.command',
] as const;
export const AUDIT: readonly AuditEntry[] = Array.from({ length: 140 }, (_, index) => {
  const random = seeded(index);
  const outcome = index % 17 === 3 ? 'refused' : index % 41 === 7 ? 'failed' : 'success';
  return {
    sequence: 140 - index,
    tenant: 'default',
    atMs: NOW_MS - index * 9 * MINUTE_MS,
    actor: index % 4 === 0 ? 'admin' : index % 4 === 1 ? 'sato' : 'bzk_a81f',
    actorKind: index % 4 > 1 ? 'key' : 'user',
    action: ACTIONS[index % ACTIONS.length] ?? 'session.create',
    target: index % 3 === 0 ? '' : `f-${random.hex(24)}`,
    outcome,
    detail: outcome === 'refused' ? 'E_FORBIDDEN' : 'until 2026-12-25',
    ...(outcome === 'refused'
      ? {
          told: {
            en: 'Your role may not do this (E_FORBIDDEN)',
            ja: 'この操作の権限がありません（E_FORBIDDEN）',
          },
        }
      : {}),
    sourceAddress: '127.0.0.1',
    previousHash: random.hex(64),
    hash: random.hex(64),
  };
});

const NAMES = [
  'adduser',
  'apt',
  'base-files',
  'bash',
  'curl',
  'libc6',
  'libssl3',
  'openssl',
  'perl-base',
  'zlib1g',
  'lodash',
  'express',
] as const;
export const PACKAGES: readonly Package[] = Array.from({ length: 420 }, (_, index) => {
  const isNpm = index % 12 > 9;
  return {
    name: `${NAMES[index % NAMES.length] ?? 'bash'}${index < 12 ? '' : `-${index}`}`,
    version: isNpm ? `4.17.${index % 20}` : `3.0.${index % 30}-1~deb12u2`,
    ecosystem: isNpm ? 'npm' : 'Debian:12',
    purl: `pkg:${isNpm ? 'npm' : 'deb/debian'}/p${index}@1`,
    cataloger: isNpm ? 'npm' : 'dpkg',
    locations: [isNpm ? `/srv/app/node_modules/p${index}/package.json` : '/var/lib/dpkg/status'],
    ...(isNpm ? { licenses: ['MIT'] } : {}),
    ...mockUse(index),
  };
});
