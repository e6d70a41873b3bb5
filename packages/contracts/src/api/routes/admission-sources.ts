// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { choice, inline, instant, integer, list, object, optional, text, toldText } from '../../schema.ts';
import { route } from '../route.ts';
import { POLICY_KINDS } from './admission-sync.ts';

/** Where policy objects come from, in the order in which an id is given to one of them. */
export const POLICY_SOURCES = ['built-in', 'federated', 'user', 'gitops', 'directory', 'crd'] as const;

/**
 * How a source is doing.
 * - `off`: it is not set up.
 * - `waiting`: it has not been read whole yet; what it brought before stays in force.
 * - `current`: what is in force is what it holds.
 * - `degraded`: a part of it cannot be used; the rest is in force.
 * - `unreachable`: it cannot be read now, or may not be; what it brought before stays in force.
 */
export const POLICY_SOURCE_STATES = ['off', 'waiting', 'current', 'degraded', 'unreachable'] as const;

/** Why an object of a source is not in force as it stands there. */
export const POLICY_ITEM_REASONS = [
  'InForce',
  'Disabled',
  'Expired',
  'Invalid',
  'Conflict',
  'Unreadable',
  'StoreFailed',
] as const;
export type PolicyItemReason = (typeof POLICY_ITEM_REASONS)[number];

/** An object of a source that is not in force as it stands there. */
export const PolicyProblemRow = inline('An object that is not in force as it stands in its source', {
  kind: optional(choice(POLICY_KINDS, 'Kind; absent: the document does not say')),
  id: optional(text('Id', 256)),
  place: text('File and line, or the object in the cluster', 1024),
  reason: choice(POLICY_ITEM_REASONS, 'Why'),
  detail: toldText('What is wrong, in words; in English only where a program says it', 1024),
});
export type PolicyProblemRow = Static<typeof PolicyProblemRow>;

/** One object that the last change of a source touched. */
export const PolicySourceChange = inline('What a change of the source did', {
  action: choice(['create', 'update', 'remove'], 'What was done'),
  kind: choice(POLICY_KINDS, 'Kind'),
  id: text('Id', 256),
});
export type PolicySourceChange = Static<typeof PolicySourceChange>;

/** A source of policy objects, and how it is doing. */
export const PolicySource = object('PolicySource', 'A source of policy objects', {
  source: choice(POLICY_SOURCES, 'Which'),
  state: choice(POLICY_SOURCE_STATES, 'How it is doing'),
  place: optional(text('Folder or API server', 1024)),
  rules: integer('Rules in force or kept', '1'),
  bindings: integer('Bindings in force', '1'),
  exceptions: integer('Exceptions kept', '1'),
  revision: optional(text('SHA-256 of what was read last', 64)),
  readAtMs: optional(instant('Read whole last')),
  changedAtMs: optional(instant('Last change that was taken')),
  changes: list(PolicySourceChange, 'What that change did, at most 100', 100),
  problems: list(PolicyProblemRow, 'Objects that are not in force as they stand there, at most 200', 200),
  problemsTotal: integer('All of them', '1'),
  code: optional(text('Code of the error that keeps it from being read', 64)),
  detail: optional(toldText('What went wrong; in English only where a program says it', 1024)),
});
export type PolicySource = Static<typeof PolicySource>;

/** Where policies come from. */
export const admissionSourceRoutes = [
  route({
    id: 'admission.sources',
    method: 'GET',
    path: '/admission/sources',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'Where policy objects come from, and how each source is doing',
      ja: 'ポリシーの管理元と、それぞれの状態',
    },
    response: inline('Sources', { sources: list(PolicySource, 'Every source', 16) }),
  }),
] as const;
