// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { AdmissionBinding, AdmissionException, AdmissionRule } from '../admission/rule.ts';
import { flag, instant, integer, object, text } from '../schema.ts';
import { PolicyHeader } from './policy.ts';

/** A rule that somebody wrote; the rules of `content/admission` are not kept in the store. */
export const StoredAdmissionRule = object('StoredAdmissionRule', 'An admission rule of a user', {
  ...PolicyHeader,
  rule: AdmissionRule,
  enabled: flag('Asked at all'),
});
export type StoredAdmissionRule = Static<typeof StoredAdmissionRule>;

/** A binding with its place: the first that fits a rule and a namespace decides. */
export const StoredAdmissionBinding = object('StoredAdmissionBinding', 'A binding and its place', {
  ...PolicyHeader,
  position: integer('Place in the order, from 0', '1'),
  binding: AdmissionBinding,
});
export type StoredAdmissionBinding = Static<typeof StoredAdmissionBinding>;

/** An exception with who made it. */
export const StoredAdmissionException = object(
  'StoredAdmissionException',
  'An exception from admission rules',
  {
    ...PolicyHeader,
    exception: AdmissionException,
    createdBy: text('Who made it', 256),
    createdAtMs: instant('Created'),
  },
);
export type StoredAdmissionException = Static<typeof StoredAdmissionException>;
