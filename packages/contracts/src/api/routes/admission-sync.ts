// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { AdmissionBinding, AdmissionException, AdmissionRule } from '../../admission/rule.ts';
import { DottedId } from '../../ids.ts';
import { ORIGINS } from '../../nouns/policy.ts';
import { choice, flag, inline, list, object, optional, text } from '../../schema.ts';
import { route } from '../route.ts';
import { AdmissionSimulation } from './admission.ts';

/** Kinds of policy objects as files name them. */
export const POLICY_KINDS = ['AdmissionRule', 'AdmissionBinding', 'AdmissionException'] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/**
 * What a set of files means for one object of the server.
 * - `create`, `update`, `remove`: what applying does.
 * - `unchanged`: it is there as the files have it.
 * - `gone`: an earlier push brought it and the files have it no more; it stays until it is pruned.
 * - `foreign`: it was made elsewhere, or changed since it was pushed, and the files do not have it; it is not touched.
 * - `conflict`: the files have it, but somebody else made it or changed it since; nothing is applied.
 */
export const SYNC_ACTIONS = [
  'create',
  'update',
  'remove',
  'unchanged',
  'gone',
  'foreign',
  'conflict',
] as const;

/** One object of the difference between files and server. */
export const PolicyChange = inline('What the files mean for one object', {
  kind: choice(POLICY_KINDS, 'Kind'),
  id: DottedId,
  action: choice(SYNC_ACTIONS, 'What is done with it'),
  origin: optional(choice(ORIGINS, 'Where the one on the server came from; absent: there is none')),
  before: optional(Type.Unknown({ description: 'What the server has, when something differs' })),
  after: optional(Type.Unknown({ description: 'What the files have, when something differs' })),
});
export type PolicyChange = Static<typeof PolicyChange>;

/** What a set of files differs in from the server, what that would do, and whether it was applied. */
export const PolicySync = object('PolicySync', 'A set of policy files against the server', {
  revision: text('Revision of the policy objects; send it back as ifRevision', 64),
  applied: flag('Whether the changes were made'),
  changes: list(PolicyChange, 'Every object of files and server, by kind and id', 10_000),
  effect: optional(AdmissionSimulation),
});
export type PolicySync = Static<typeof PolicySync>;

/** A set of files: the whole of what a directory holds. */
export const PolicySet = inline('Policy files', {
  rules: list(AdmissionRule, 'Rules', 2000),
  disabled: list(DottedId, 'Rules that are kept and not asked', 2000),
  bindings: list(AdmissionBinding, 'Bindings, in order', 500),
  exceptions: list(AdmissionException, 'Exceptions', 2000),
  pruneGone: flag('Also remove what an earlier push brought and the files have no more'),
  take: list(
    text('Kind/id of an object that was made or changed elsewhere', 192),
    'Objects made or changed elsewhere that the files win over: replaced, or removed when the files lack them',
    1000,
  ),
  dryRun: flag('Only tell what would be done'),
  ifRevision: optional(text('Revision the difference was shown for; needed to apply', 64)),
});
export type PolicySet = Static<typeof PolicySet>;

/** Policy files and the server. */
export const admissionSyncRoutes = [
  route({
    id: 'admission.sync',
    method: 'POST',
    path: '/admission/sync',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    audit: 'admission.sync',
    summary: {
      en: 'Compare a set of policy files with the server, and apply it as a whole',
      ja: 'ポリシーファイル一式をサーバーと比較し、一括で適用する',
    },
    body: PolicySet,
    response: PolicySync,
  }),
] as const;
