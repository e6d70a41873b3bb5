// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { Evidence } from '../compliance/evidence.ts';
import { FileEvent } from '../events/file-event.ts';
import { Flow } from '../events/flow.ts';
import { ProcessEvent } from '../events/process-event.ts';
import { SecurityEvent } from '../events/security-event.ts';
import { DottedId } from '../ids.ts';
import { AuditedRequestRecord, AuditFileProgress } from '../nouns/audit-log.ts';
import { CoverageEntry, Package, VERIFICATIONS, WhyStep } from '../nouns/finding.ts';
import { PACKAGE_USES } from '../nouns/image.ts';
import { Node } from '../nouns/node.ts';
import { Container, Workload, WorkloadRef } from '../nouns/workload.ts';
import { choice, flag, inline, instant, integer, labels, list, optional, text, toldText } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';

/** What an agent knows of itself and its machine, sent at connect, on change and each 10 s. */
export const NodeReport = inline('State of a node', { type: Type.Literal('node'), node: Node });

/** A workload that exists. */
export const WorkloadReport = inline('A workload', { type: Type.Literal('workload'), workload: Workload });

/** A container that exists, changed or ended (state exited). */
export const ContainerReport = inline('A container', {
  type: Type.Literal('container'),
  container: Container,
});

/** All containers of a node at one instant: what is not listed has ended. */
export const ContainerSnapshot = inline('All containers of a node', {
  type: Type.Literal('container-snapshot'),
  containers: list(text('Container id', 128), 'Running containers', 10_000),
  atMs: instant('When'),
});

/** Part of the package list of one file system; parts of a scan share its id and are joined when the last arrives. */
export const PackageReport = inline('Packages of one file system', {
  type: Type.Literal('packages'),
  scan: text('Scan id', 64),
  part: integer('Number of the part, from 0', '1'),
  last: flag('No more parts'),
  subject: WorkloadRef,
  distribution: text('id and version of os-release, e.g. debian 12; empty = not known', 128),
  distributionName: text('Name as shown', 256),
  packages: list(Package, 'Packages', 1000),
  coverage: list(CoverageEntry, 'What the catalogers could not know', 64),
  pendingUpdates: list(
    inline('A package with a pending update', {
      name: text('Package', 512),
      installed: text('Installed version', 256),
      candidate: text('Version in the lists', 256),
      security: flag('From the security archive'),
      origin: text('Archive it comes from', 256),
      listsAsOfMs: instant('Date of the lists'),
    }),
    'Pending updates',
    1000,
  ),
  incomplete: list(toldText('Reason', 512), 'Why the scan is incomplete; empty = complete', 64),
  scannedAtMs: instant('When'),
});

/**
 * Which packages of a workload are in use on this node. `complete` starts a new list; what follows without it adds to
 * the list or changes rows of it. A package that is not in the list could not be watched: nothing is known of it.
 */
export const PackageUseReport = inline('Use of the packages of a workload on one node', {
  type: Type.Literal('package-use'),
  subject: WorkloadRef,
  watchedSinceMs: optional(
    instant(
      'Every opening of a file is known since then; absent = nobody watches now, so nothing is "not seen"',
    ),
  ),
  complete: flag('The list of before is replaced'),
  packages: list(
    inline('Use of one package', {
      purl: text('Package URL', 1024),
      state: choice(PACKAGE_USES, 'State'),
      lastSeenAtMs: optional(instant('Last use')),
      coarse: optional(flag('Only the archive or program that holds it is known to be in use')),
    }),
    'Packages',
    1000,
  ),
  atMs: instant('When'),
});
export type PackageUseReport = Static<typeof PackageUseReport>;

/** How far the files of a container were searched. */
const SECRET_SCOPES = ['all', 'changes'] as const;

/** What a node tells of a value: never the value itself. */
const TOLD_SECRET = {
  severity: SeveritySchema,
  preview: text('At most the first four characters, and the length', 24, {
    pattern: '^.{0,4}…\\(\\d+\\)$',
  }),
  fingerprint: text('Hash with the key of the tenant (HMAC-SHA-256, hexadecimal)', 64, {
    pattern: '^[0-9a-f]{64}$',
  }),
  verification: choice(VERIFICATIONS, 'What checking it without the network said'),
  why: list(WhyStep, 'How the verdict was reached', 16),
} as const;

/**
 * Secrets and harmful files of one running container. The values never leave the node: only their masked previews and keyed
 * hashes do.
 */
export const ContainerSecretReport = inline('Secrets and harmful files of a running container', {
  type: Type.Literal('secrets'),
  subject: WorkloadRef,
  scope: choice(SECRET_SCOPES, 'all: files of its image, too; changes: only what the container wrote'),
  secrets: list(
    inline('A secret', {
      rule: DottedId,
      path: text('Path in the container, or name of a field of the configuration', 4096),
      place: optional(
        choice(
          ['deleted-file', 'image-config'],
          'What of its image it is in that the container does not show; absent = a file that is seen',
        ),
      ),
      layer: optional(text('Layer that brought it, where it is known', 128)),
      line: integer('Line, from 1', '1'),
      column: integer('Column in bytes, from 1', '1'),
      ...TOLD_SECRET,
      changed: flag('The container wrote the file: it is not in its image as it is'),
    }),
    'Secrets',
    500,
  ),
  harmful: list(
    inline('A harmful file', {
      path: text('Path in the container', 4096),
      signature: optional(DottedId),
      knownAs: optional(text('Its name in the list of checksums', 256)),
      evidence: list(text('One piece of evidence', 512), 'What was seen; nothing of the file is quoted', 16),
      changed: flag('The container wrote the file: it is not in its image as it is'),
    }),
    'Harmful files',
    500,
  ),
  incomplete: list(
    inline('A place that was not searched to the end', {
      path: text(
        'File or directory in the container; / = nobody can say where; image:configuration, image:layers = what of its image is not seen',
        4096,
      ),
      reason: toldText('Reason', 512),
    }),
    'What was not searched to the end; empty = everything was',
    256,
  ),
  searchedAtMs: instant('When'),
});
export type ContainerSecretReport = Static<typeof ContainerSecretReport>;

/**
 * Secrets in the environment of the first process of a container, or of the first processes of the services of a host. The
 * values never leave the node.
 */
export const EnvironmentSecretReport = inline('Secrets in the environment of first processes', {
  type: Type.Literal('environment-secrets'),
  subject: WorkloadRef,
  secrets: list(
    inline('A secret', {
      rule: DottedId,
      variable: text('Name of the variable; its number, where the name may not be shown', 128, {
        pattern: '^[A-Za-z0-9_.-]+$',
      }),
      service: optional(text('Program of the service of the host', 64, { pattern: '^[A-Za-z0-9_.+@-]+$' })),
      ...TOLD_SECRET,
    }),
    'Secrets that the image does not bring',
    500,
  ),
  incomplete: list(toldText('Reason', 512), 'Why not all of it was searched; empty = everything was', 16),
  searchedAtMs: instant('When'),
});
export type EnvironmentSecretReport = Static<typeof EnvironmentSecretReport>;

/** Facts for posture checks about one subject: names of facts with JSON values as text. Absent = unknown. */
export const PostureFacts = inline('Facts for posture checks', {
  type: Type.Literal('posture-facts'),
  subject: WorkloadRef,
  facts: Type.Record(text('Fact', 128), text('Value as JSON', 65_536), {
    description: 'Facts',
    maxProperties: 256,
  }),
  unknown: labels('Facts that could not be read, with the reason'),
  collectedAtMs: instant('When'),
});

/** How a node is set up, as benchmarks ask for it: sent whenever it changed. */
export const NodeEvidence = inline('Evidence of a node for benchmarks', {
  type: Type.Literal('node-evidence'),
  name: text('Name of the machine', 253),
  evidence: list(Evidence, 'Evidence', 4096),
  collectedAtMs: instant('When'),
});
export type NodeEvidence = Static<typeof NodeEvidence>;

/**
 * Requests that the audit log file of an API server told, in its order, and how far the file is read. Without requests:
 * only how far. The same requests may come again after a restart of the agent; they are known by their ids.
 */
export const AuditRequestsReport = inline('Requests of an audit log file', {
  type: Type.Literal('audit-requests'),
  name: text('Name of the machine', 253),
  file: AuditFileProgress,
  requests: list(AuditedRequestRecord, 'Requests', 500),
  atMs: instant('When'),
});
export type AuditRequestsReport = Static<typeof AuditRequestsReport>;

/** How many records of a stream were shed before they could be sent. */
export const LossReport = inline('Records shed', {
  type: Type.Literal('loss'),
  stream: text('Stream', 16),
  count: integer('Records', '1'),
  reason: text('Why', 256),
  sinceMs: instant('Since'),
});

/** What travels in stream `inventory`. */
export const InventoryRecord = Type.Union([
  NodeReport,
  WorkloadReport,
  ContainerReport,
  ContainerSnapshot,
  PackageReport,
  PackageUseReport,
  ContainerSecretReport,
  EnvironmentSecretReport,
  PostureFacts,
  NodeEvidence,
  AuditRequestsReport,
  LossReport,
]);
export type InventoryRecord = Static<typeof InventoryRecord>;
export type PackageReport = Static<typeof PackageReport>;
export type PostureFacts = Static<typeof PostureFacts>;

/** Events as agents send them. */
export const AgentEvent = Type.Union([SecurityEvent, ProcessEvent, FileEvent, Flow]);
export type AgentEvent = Static<typeof AgentEvent>;
