// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ADMISSION_OPERATIONS } from '../admission/rule.ts';
import { AdmissionViolation } from '../admission/verdict.ts';
import { Decision } from '../decision.ts';
import { ClusterId, DottedId, OpaqueId, TenantId } from '../ids.ts';
import { CONTROL_IDS, OwaspItems } from '../owasp.ts';
import {
  choice,
  decimal,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';
import { ModePerDomain } from './workload.ts';

/**
 * Where a policy object came from. `gitops` was pushed from files, `directory` is read of a folder that the controller
 * follows, `crd` is an object of the watched cluster.
 */
export const ORIGINS = [
  'system-guard',
  'federated',
  'user',
  'gitops',
  'directory',
  'crd',
  'learned',
] as const;

/** What every policy object carries: owner, origin and a revision that rises and hashes its content. */
export const PolicyHeader = {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  owner: text('Who answers for it', 256),
  origin: choice(ORIGINS, 'Where it came from'),
  revision: integer('Rises with each change', '1'),
  contentHash: text('SHA-256 of its canonical content', 64),
  updatedAtMs: instant('Last change'),
};

/** A selector over workloads: every given part must match. */
export const Selector = inline('Which workloads', {
  namespaces: optional(list(text('Namespace glob', 253), 'Namespaces', 64)),
  names: optional(list(text('Name glob', 253), 'Names', 64)),
  images: optional(list(text('Image glob', 512), 'Images', 64)),
  nodes: optional(list(text('Node id', 64), 'Nodes', 64)),
  labels: optional(labels('Labels that must be equal')),
});

/** The subject of policies: workloads that follow the same rules. */
export const Group = object('Group', 'Workloads that follow the same rules', {
  ...PolicyHeader,
  name: text('Name', 253),
  selector: Selector,
  modes: ModePerDomain,
  members: integer('Workloads it matches now', '1'),
});
export type Group = Static<typeof Group>;

/** A policy: rules for a group. The spine carries detection rule sets; later kinds extend `kind`. */
export const Policy = object('Policy', 'Rules for a group', {
  ...PolicyHeader,
  name: text('Name', 253),
  kind: choice(['detections'], 'Kind'),
  group: OpaqueId,
  rules: list(DottedId, 'Rules switched on', 5000),
  enabled: flag('In force'),
});
export type Policy = Static<typeof Policy>;

/** Something that was done about a finding or an event. */
export const Response = object('Response', 'Something that was done', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  responder: DottedId,
  cause: text('Id of the event or finding it answers', 256),
  state: choice(['planned', 'running', 'done', 'failed', 'undone'], 'State'),
  detail: text('What was done, without secrets', 2000),
  startedAtMs: instant('Started'),
  endedAtMs: optional(instant('Ended')),
});
export type Response = Static<typeof Response>;

/** Most requests that one decision stands for beside its own. */
export const ADMISSION_REPEATS_MAX = 50;

/** Groups of who asked that a record keeps. Rules are asked about all of them. */
export const ADMISSION_GROUPS_MAX = 256;

/** What the API server asked and what was answered. */
export const AdmissionDecision = object('AdmissionDecision', 'An answer to an API server', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  requestUid: text('uid of the AdmissionReview', 64),
  operation: choice(ADMISSION_OPERATIONS, 'Operation'),
  resource: text('group/version/resource', 253),
  kind: text('Kind of the object', 128),
  subResource: optional(text('Sub-resource', 64)),
  namespace: text('Namespace', 253),
  name: text('Object name', 253),
  user: text('Who asked', 253),
  userGroups: list(text('Group', 253), 'Groups of who asked, the first of them', ADMISSION_GROUPS_MAX),
  dryRun: flag('Nothing was to be stored'),
  policyRevision: text('Content hash of the rules in force', 64),
  violations: list(AdmissionViolation, 'What the rules found', 256),
  decision: Decision,
  atMs: instant('When'),
  repeats: optional(
    list(
      inline('One more request with the same answer', {
        requestUid: text('uid of its AdmissionReview', 64),
        name: text('Its object name', 253),
        atMs: instant('When'),
        elapsedUs: decimal('Time its judgement took', 'us'),
      }),
      'Requests of the next seconds that asked the same and were answered the same, for the same reasons',
      ADMISSION_REPEATS_MAX,
    ),
  ),
});
export type AdmissionDecision = Static<typeof AdmissionDecision>;

/** One risk of the OWASP list and what answers it: data of `controls/`. Ids point at rules, checks, sensors, pages. */
export const ComplianceControl = object('ComplianceControl', 'One risk and what answers it', {
  id: choice(CONTROL_IDS, 'Control'),
  owasp: OwaspItems,
  title: localText('Title in our words', 256),
  goal: localText('The measurable goal', 1000),
  prevents: list(DottedId, 'What prevents it', 200),
  detects: list(DottedId, 'Detection rules and checks that see it', 500),
  responds: list(DottedId, 'What answers it', 200),
  shows: list(DottedId, 'Where it is shown', 100),
  notYetCovered: list(localText('A gap', 512), 'What the product does not do yet, honestly', 64),
});
export type ComplianceControl = Static<typeof ComplianceControl>;
