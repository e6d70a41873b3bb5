// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { FactValue } from '../decision.ts';
import { DottedId } from '../ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from '../owasp.ts';
import { FACT_TYPES } from '../posture-check.ts';
import { choice, inline, integer, labels, list, localText, object, optional, text } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { AdmissionConditionSchema } from './condition.ts';

/** What the API server is asked to do (admission.k8s.io/v1). */
export const ADMISSION_OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
export type AdmissionOperation = (typeof ADMISSION_OPERATIONS)[number];

/** What a violated rule does: it is recorded, the user is warned, the request is refused. */
export const ADMISSION_MODES = ['audit', 'warn', 'enforce'] as const;
export type AdmissionMode = (typeof ADMISSION_MODES)[number];

/** Where a rule is asked: in a pull request, by the API server, over what exists. */
export const ADMISSION_STAGES = ['ci', 'admission', 'audit'] as const;
export type AdmissionStage = (typeof ADMISSION_STAGES)[number];

/** What becomes of a violation that cannot be decided, because a fact is unknown. */
export const UNKNOWN_POLICIES = ['allow', 'alert', 'deny'] as const;

/**
 * Which requests a rule is asked about. A resource never covers its sub-resources: `pods` is not `pods/exec`.
 * The resource `workloads` stands for every kind that holds a pod template, and for pods themselves.
 */
export const AdmissionMatch = inline('Which requests', {
  resources: list(
    text(
      'group/resource, group/resource/subresource or the word workloads; the core group is empty: "/pods/exec"',
      253,
    ),
    'Resources',
    64,
  ),
  operations: list(choice(ADMISSION_OPERATIONS, 'operation'), 'Operations', 4),
  namespaces: optional(list(text('Namespace glob', 253), 'Only these namespaces', 256)),
  excludeNamespaces: optional(list(text('Namespace glob', 253), 'Never these namespaces', 256)),
  labels: optional(labels('Labels the object must have')),
  namespaceLabels: optional(labels('Labels the namespace must have')),
  users: optional(list(text('User name glob', 253), 'Only requests of these users', 256)),
  excludeUsers: optional(list(text('User name glob', 253), 'Never requests of these users', 256)),
  groups: optional(list(text('Group name glob', 253), 'Only requests of members of these groups', 256)),
});
export type AdmissionMatch = Static<typeof AdmissionMatch>;

/** One value that the user of a rule may set. */
export const AdmissionParameter = inline('A value the user of the rule may set', {
  name: text('Name', 64, { pattern: '^[a-z][a-zA-Z0-9]*$' }),
  type: choice(FACT_TYPES, 'Type'),
  description: localText('What it says', 512),
  default: FactValue,
});
export type AdmissionParameter = Static<typeof AdmissionParameter>;

/** One step of a fix, JSON patch (RFC 6902). `{item}` in the path stands for the item that violates. */
export const AdmissionFixStep = inline('One step of a JSON patch', {
  op: choice(['add', 'remove', 'replace'], 'Operation of RFC 6902; add creates missing parents'),
  path: text('JSON pointer; {item} is the violating item, {pod} the pod specification', 1024),
  value: optional(Type.Unknown({ description: 'Value, JSON' })),
});
export type AdmissionFixStep = Static<typeof AdmissionFixStep>;

const exampleCase = inline('case', {
  name: text('Name', 256),
  nameJa: optional(text('The same in Japanese; absent: there is the one name only', 256)),
  object: Type.Unknown({ description: 'Kubernetes object' }),
  oldObject: optional(Type.Unknown({ description: 'Object before, of an update' })),
  operation: optional(choice(ADMISSION_OPERATIONS, 'Operation; CREATE when not given')),
  subResource: optional(text('Sub-resource', 64)),
  user: optional(text('User name', 253)),
  images: optional(
    Type.Record(
      text('Normalised image reference', 512),
      Type.Unknown({ description: 'What a scan and the check of signatures found' }),
      { description: 'What is known of images; nothing of others', maxProperties: 16 },
    ),
  ),
});

/** An admission rule as `content/admission` and policy objects hold it: the condition says what violates it. */
export const AdmissionRule = object('AdmissionRule', 'A rule about what may be created in a cluster', {
  id: DottedId,
  title: localText('The claim: true when nothing violates it', 256),
  description: localText('Why it matters, and when a violation is acceptable', 2000),
  severity: SeveritySchema,
  effect: choice(
    ['deny', 'allow'],
    'deny: what the condition describes violates the rule; allow: it ends judging',
  ),
  order: integer('Rules are asked in rising order, deny before allow within one order', '1', {
    maximum: 100000,
  }),
  stages: list(choice(ADMISSION_STAGES, 'stage'), 'Where it is asked', 3),
  mode: choice(ADMISSION_MODES, 'Mode unless a binding says otherwise'),
  match: AdmissionMatch,
  parameters: optional(list(AdmissionParameter, 'What its user may set', 32)),
  condition: AdmissionConditionSchema,
  whenUnknown: choice(UNKNOWN_POLICIES, 'What becomes of a request whose facts are not known'),
  message: localText('Sentence with {field} placeholders', 1000),
  fix: optional(
    inline('How to repair it', {
      action: localText('What to do', 1000),
      patch: optional(list(AdmissionFixStep, 'The same as a JSON patch', 16)),
    }),
  ),
  control: list(choice(CONTROL_IDS, 'control'), 'Controls it serves', 5),
  owasp: OwaspItems,
  attack: AttackTechniques,
  references: list(text('Id in a public standard or benchmark, never its text', 128), 'References', 16),
  tests: inline('Examples every build is held to', {
    mustViolate: list(exampleCase, 'Objects that violate it', 64),
    mustPass: list(exampleCase, 'Objects that do not', 64),
  }),
});
export type AdmissionRule = Static<typeof AdmissionRule>;

/** Puts rules into force: which rules, where, in which mode, with which parameters. The first binding that fits decides. */
export const AdmissionBinding = object('AdmissionBinding', 'Where and how rules are in force', {
  id: DottedId,
  rules: list(text('Glob of rule ids', 128), 'Rules', 512),
  namespaces: optional(list(text('Namespace glob', 253), 'Only these namespaces', 256)),
  excludeNamespaces: optional(list(text('Namespace glob', 253), 'Never these namespaces', 256)),
  namespaceLabels: optional(labels('Labels the namespace must have')),
  mode: choice([...ADMISSION_MODES, 'off'], 'Mode'),
  parameters: optional(
    Type.Record(text('Parameter', 64), FactValue, { description: 'Values of parameters', maxProperties: 32 }),
  ),
});
export type AdmissionBinding = Static<typeof AdmissionBinding>;

/** Something that a rule forbids and somebody answers for until a date. */
export const AdmissionException = object('AdmissionException', 'A violation that is accepted until a date', {
  id: DottedId,
  rules: list(text('Glob of rule ids', 128), 'Rules', 64),
  namespaces: list(text('Namespace glob', 253), 'Namespaces', 64),
  names: optional(list(text('Glob of object or owner names', 253), 'Objects', 64)),
  images: optional(
    list(text('Glob of normalised image references', 512), 'Containers with these images', 64),
  ),
  owner: text('Who answers for it', 256, { minLength: 1 }),
  reason: text('Why', 2000, { minLength: 1 }),
  ticket: optional(text('Ticket', 256)),
  expiresAtMs: integer('When it ends', 'ms since Unix epoch'),
});
export type AdmissionException = Static<typeof AdmissionException>;
