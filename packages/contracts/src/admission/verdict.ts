// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { FactValue } from '../decision.ts';
import { DottedId } from '../ids.ts';
import { choice, inline, list, localText, optional, text } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { ADMISSION_MODES } from './rule.ts';

/** One operation of a JSON patch, RFC 6902. */
export const JsonPatchOperation = inline('One operation of a JSON patch', {
  op: choice(['add', 'remove', 'replace'], 'Operation'),
  path: text('JSON pointer', 2048),
  value: optional(Type.Unknown({ description: 'Value, JSON' })),
});
export type JsonPatchOperation = Static<typeof JsonPatchOperation>;

/** One place of an object that violates one rule. Values that may be secret are never in it. */
export const AdmissionViolation = inline('A place that violates a rule', {
  rule: DottedId,
  revision: text('Content hash of the rule', 64),
  title: localText('Title of the rule', 256),
  severity: SeveritySchema,
  mode: choice(ADMISSION_MODES, 'Mode it was asked in'),
  state: choice(
    ['violated', 'unknown', 'excepted'],
    'unknown: a fact was missing; excepted: somebody answers for it',
  ),
  path: text(
    'Field path as kubectl writes it: spec.template.spec.containers[0].securityContext.privileged',
    2048,
  ),
  actual: optional(FactValue),
  allowed: optional(text('Values that would be right', 1024)),
  missing: optional(text('Which fact is not known, and why', 512)),
  exception: optional(DottedId),
  message: localText('What is wrong', 2048),
  patch: list(JsonPatchOperation, 'What repairs it; empty when no patch can', 64),
});
export type AdmissionViolation = Static<typeof AdmissionViolation>;
