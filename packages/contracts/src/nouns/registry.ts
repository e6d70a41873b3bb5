// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, OpaqueId, TenantId } from '../ids.ts';
import { choice, flag, inline, instant, integer, list, object, optional, text } from '../schema.ts';

/** Kinds of registry. All speak the distribution protocol; they differ in where the credentials come from and how repositories are listed. */
export const REGISTRY_KINDS = [
  'docker',
  'ecr',
  'acr',
  'google',
  'artifactory',
  'openshift',
  'red-hat',
  'nexus',
  'gitlab',
  'ibm-cloud',
  'harbor',
  'github',
] as const;

/** Which images of a registry are scanned: at least one include matches repository and tag, no exclude does. */
export const RegistryFilter = inline('Filter', {
  repository: text('Glob of the repository, e.g. shop/*', 512, { minLength: 1 }),
  tag: text('Glob of the tag, e.g. v2.*', 256, { minLength: 1 }),
});
export type RegistryFilter = Static<typeof RegistryFilter>;

/** When a registry is listed by itself. */
export const RegistrySchedule = inline('Schedule', {
  kind: choice(['manual', 'interval'], 'manual: only when asked; interval: every so often'),
  everyMs: optional(integer('Time between two runs', 'ms', { minimum: 300_000, maximum: 604_800_000 })),
});
export type RegistrySchedule = Static<typeof RegistrySchedule>;

/** Which signatures images have to carry, as `bartizan verify --policy` reads it, with the files it names. */
export const RegistryPolicy = inline('Signature policy', {
  document: text('The policy, JSON', 65_536, { minLength: 2 }),
  files: list(
    inline('A file that the policy names', {
      path: text('Path as the policy writes it', 1024, { minLength: 1 }),
      content: text('Content, base64', 262_144),
    }),
    'Keys, trust roots and certificates',
    64,
  ),
});
export type RegistryPolicy = Static<typeof RegistryPolicy>;

/** What may be set of a registry. */
const SETTINGS = {
  name: text('Name shown to people', 128, { minLength: 1 }),
  kind: choice(REGISTRY_KINDS, 'Kind'),
  host: text('Host, with its port where there is one', 255, { minLength: 1 }),
  plainHttp: flag('Speak HTTP without encryption: only for a registry of your own'),
  certificates: optional(text('PEM certificates of its authority', 65_536)),
  username: optional(text('User, client id, access key id or account, as the kind asks', 512)),
  region: optional(
    text('Region, tenant, project, group, organisation or repository, as the kind asks for one', 128),
  ),
  authUrl: optional(text('Address of the token service, where the kind has its own', 2048)),
  includes: list(RegistryFilter, 'Images to scan', 64),
  excludes: list(RegistryFilter, 'Images not to scan', 64),
  newestTags: optional(
    integer('Newest tags of each repository; absent: all', '1', { minimum: 1, maximum: 10_000 }),
  ),
  platforms: list(text('linux/amd64, or all', 64), 'Platforms; empty: those of the nodes', 16),
  schedule: RegistrySchedule,
  concurrency: integer('Images read at once', '1', { minimum: 1, maximum: 4 }),
  signingKeys: optional(list(text('Public key, PEM', 8192), 'Keys whose signatures count', 16)),
  signaturePolicy: optional(RegistryPolicy),
} as const;

/** Why these platforms: the registry names them, nodes have them, or no node is known. */
export const PLATFORM_ORIGINS = ['settings', 'nodes', 'fallback'] as const;

/** How far the last run over a registry is. */
export const RegistryRun = inline('Run over a registry', {
  state: choice(['never', 'listing', 'scanning', 'done', 'cancelled', 'failed'], 'State'),
  code: optional(text('Error code of a failed run', 64)),
  detail: optional(text('What happened', 512)),
  startedAtMs: optional(instant('Start')),
  finishedAtMs: optional(instant('End')),
  nextAtMs: optional(instant('Next run')),
  platforms: optional(
    inline('Platforms that were read of an index with several', {
      names: list(text('linux/amd64, or all', 64), 'Platforms', 32),
      from: choice(PLATFORM_ORIGINS, 'fallback: no node is known, so linux/amd64 was read'),
    }),
  ),
  repositories: integer('Repositories found', '1'),
  images: integer('Images that the filters chose', '1'),
  scanned: integer('Scanned in this run', '1'),
  unchanged: integer('Known already, by digest', '1'),
  skipped: optional(integer('No images but signatures, bills of materials or charts', '1')),
  failed: integer('Could not be scanned', '1'),
});
export type RegistryRun = Static<typeof RegistryRun>;

/** A registry whose images are scanned. Its secret is never given back. */
export const Registry = object('Registry', 'A registry whose images are scanned', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  ...SETTINGS,
  hasSecret: flag('A password, token or key is kept for it, sealed'),
  hasPushSecret: optional(flag('It may tell us about pushes: a secret for that is kept, sealed')),
  run: RegistryRun,
  createdAtMs: instant('Created'),
  updatedAtMs: instant('Last changed'),
});
export type Registry = Static<typeof Registry>;

/** What is sent to create or replace a registry. Without `secret` or `pushSecret` a kept one stays. */
export const RegistrySettings = inline('Settings of a registry', {
  ...SETTINGS,
  secret: optional(text('Password, token or key; sealed, and never shown again', 65_536)),
  pushSecret: optional(
    text('Secret that its notes about pushes carry, 16 characters or more; empty: it takes none', 512),
  ),
});
export type RegistrySettings = Static<typeof RegistrySettings>;

/** What trying a registry showed. */
export const RegistryTrial = inline('Result of trying a registry', {
  ok: flag('It answers, and accepts the credentials'),
  code: optional(text('Error code', 64)),
  detail: optional(text('What happened', 512)),
  remedy: optional(text('What to do', 1000)),
  repositories: optional(integer('Repositories it lists', '1')),
  elapsedMs: integer('Time it took', 'ms'),
});
export type RegistryTrial = Static<typeof RegistryTrial>;
