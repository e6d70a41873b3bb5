// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FindingException, Registry } from '@bartizan/contracts';
import { BASE, DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS } from './random.ts';

const RUN = { repositories: 0, images: 0, scanned: 0, unchanged: 0, failed: 0 } as const;
const COMMON = {
  ...BASE,
  plainHttp: false,
  excludes: [],
  platforms: [],
  concurrency: 2,
  hasSecret: true,
  createdAtMs: NOW_MS - 20 * DAY_MS,
  updatedAtMs: NOW_MS - 2 * DAY_MS,
};

/** Registries in the states a run can be in. */
export const makeRegistries = (): Registry[] => [
  {
    ...COMMON,
    id: 'r-shop',
    name: 'Shop',
    kind: 'harbor',
    host: 'registry.example.com',
    username: 'robot$scanner',
    includes: [
      { repository: 'shop/*', tag: '*' },
      { repository: 'platform/*', tag: 'v*' },
    ],
    excludes: [{ repository: 'shop/legacy-*', tag: '*' }],
    newestTags: 10,
    schedule: { kind: 'interval', everyMs: 21_600_000 },
    run: {
      ...RUN,
      state: 'scanning',
      startedAtMs: NOW_MS - 4 * MINUTE_MS,
      repositories: 42,
      images: 318,
      scanned: 61,
      unchanged: 140,
      failed: 2,
    },
  },
  {
    ...COMMON,
    id: 'r-ecr',
    name: 'Production',
    kind: 'ecr',
    host: '123456789012.dkr.ecr.ap-northeast-1.amazonaws.com',
    region: 'ap-northeast-1',
    username: 'AKIAEXAMPLE',
    includes: [{ repository: '*', tag: '*' }],
    schedule: { kind: 'interval', everyMs: 86_400_000 },
    run: {
      ...RUN,
      state: 'done',
      startedAtMs: NOW_MS - 3 * HOUR_MS,
      finishedAtMs: NOW_MS - 3 * HOUR_MS + 11 * MINUTE_MS,
      nextAtMs: NOW_MS + 21 * HOUR_MS,
      repositories: 88,
      images: 902,
      scanned: 31,
      unchanged: 871,
    },
  },
  {
    ...COMMON,
    id: 'r-old',
    name: 'Legacy',
    kind: 'docker',
    host: 'registry.old.example.com:5000',
    plainHttp: true,
    hasSecret: false,
    includes: [{ repository: '*', tag: 'latest' }],
    schedule: { kind: 'manual' },
    run: {
      ...RUN,
      state: 'failed',
      code: 'E_REGISTRY_LOGIN',
      detail: 'registry.old.example.com:5000 answered 401 to the token request',
      startedAtMs: NOW_MS - 2 * DAY_MS,
      finishedAtMs: NOW_MS - 2 * DAY_MS,
    },
  },
];

/** Exceptions that hold, end soon, and have ended. */
export const makeExceptions = (): FindingException[] => [
  {
    ...BASE,
    id: 'x-1',
    match: { vulnerability: 'CVE-2026-10037', package: 'zlib1g' },
    owner: 'Sato Hanako',
    reason: 'The program never inflates foreign data.',
    expiresAtMs: NOW_MS + 6 * DAY_MS,
    createdBy: 'admin',
    createdAtMs: NOW_MS - 24 * DAY_MS,
    matches: 2,
  },
  {
    ...BASE,
    id: 'x-2',
    match: { check: 'secret.private-key', path: '/app/test/*', image: 'registry.example.com/shop/*' },
    owner: 'Platform team',
    reason: 'Test keys, valid nowhere.',
    expiresAtMs: NOW_MS + 140 * DAY_MS,
    createdBy: 'admin',
    createdAtMs: NOW_MS - 40 * DAY_MS,
    matches: 1,
  },
  {
    ...BASE,
    id: 'x-3',
    match: { check: 'container.privileged', workload: 'ci-runner' },
    owner: 'Build team',
    reason: 'Builds images until the rootless builder is ready.',
    expiresAtMs: NOW_MS - 3 * DAY_MS,
    createdBy: 'admin',
    createdAtMs: NOW_MS - 93 * DAY_MS,
    matches: 0,
  },
];
