// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { DottedId } from '../../ids.ts';
import { choice, inline, integer, list, localText, object, optional, text } from '../../schema.ts';
import { route } from '../route.ts';

/** What became of a rule that was chosen for the API server. */
export const NATIVE_STATES = [
  'applied',
  'pending',
  'refused',
  'not-permitted',
  'not-enforced',
  'not-expressible',
] as const;

/** What became of the safe defaults that a chosen rule fills in. */
export const NATIVE_DEFAULTS_STATES = [
  'applied',
  'pending',
  'refused',
  'not-permitted',
  'not-served',
  'not-expressible',
] as const;

const RuleGlobs = list(
  text('Glob of rule ids, e.g. pss.*', 128, { minLength: 1 }),
  'Rules that the API server shall hold by itself; none: it holds none of ours',
  512,
);

/** What the API server holds of our rules, and what not. */
export const AdmissionNative = object('AdmissionNative', 'What the API server holds of the rules by itself', {
  state: choice(
    ['off', 'on', 'no-cluster'],
    'off: no rule is chosen; no-cluster: no cluster is watched, so nothing can be written',
  ),
  rules: RuleGlobs,
  revision: text('Content hash of the choice, for If-Match; empty: no cluster is watched', 64),
  policies: list(
    inline('A rule that was chosen', {
      rule: DottedId,
      state: choice(
        NATIVE_STATES,
        'applied: in force as it shall be; pending: not written yet; refused: the API server does not take it; not-enforced: its mode is enforce nowhere, so there is nothing to hold; not-expressible: only the webhook can hold it',
      ),
      objects: list(text('Name of a ValidatingAdmissionPolicy and of its binding', 253), 'Policies', 512),
      knownDigestsOnly: optional(
        integer('Digests that it refuses; what is not known yet passes it and is left to the webhook', '1'),
      ),
      defaults: optional(
        inline('Safe defaults that it fills in, where namespaces ask for them; absent: it fills in none', {
          state: choice(
            NATIVE_DEFAULTS_STATES,
            'applied: the API server fills them in by itself; not-served: it has no MutatingAdmissionPolicy (Kubernetes 1.36 or newer has), so only the webhook does; not-expressible: only the webhook can',
          ),
          objects: list(text('Name of a MutatingAdmissionPolicy and of its binding', 253), 'Policies', 512),
          reason: optional(localText('Why only the webhook can', 512)),
          code: optional(text('Error code', 64)),
          detail: optional(text('What the API server said', 512)),
        }),
      ),
      restoredTotal: integer('How often it was put back after somebody changed or deleted it', '1'),
      reason: optional(localText('Why it cannot be held', 512)),
      code: optional(text('Error code', 64)),
      detail: optional(text('What the API server said', 512)),
    }),
    'Rules, by id',
    2000,
  ),
  verdicts: optional(
    inline('Verdicts on images in the cluster, for rules that ask them', {
      refused: integer('Digests that some rule refuses', '1'),
      objects: integer('Objects that hold them', '1'),
      overflow: integer('Refused digests that found no room: the oldest', '1'),
    }),
  ),
  leftover: optional(
    inline('What nobody wants any more and may still be in force; absent: there is none', {
      code: text('Why it is not removed: an error code', 64),
      detail: text('What the API server said', 512),
    }),
  ),
});
export type AdmissionNative = Static<typeof AdmissionNative>;

/** Rules that the API server holds by itself, also while nothing of ours runs. */
export const admissionNativeRoutes = [
  route({
    id: 'admission.native',
    method: 'GET',
    path: '/admission/native',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'What the API server holds of the rules by itself',
      ja: 'API サーバーが単独で適用しているルール',
    },
    response: AdmissionNative,
  }),
  route({
    id: 'admission.native.put',
    method: 'PUT',
    path: '/admission/native',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    ifMatch: true,
    audit: 'admission.native.put',
    summary: {
      en: 'Choose the rules that the API server holds by itself',
      ja: 'API サーバーが単独で適用するルールを選ぶ',
    },
    body: inline('Choice', { rules: RuleGlobs }),
    response: AdmissionNative,
  }),
] as const;
