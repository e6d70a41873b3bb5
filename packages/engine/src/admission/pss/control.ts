// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionFixStep, LocalText, Severity } from '@bartizan/contracts';

/** One control of the Pod Security Standards, with the conditions that violate it by Kubernetes version 1.x. */
export interface PssControl {
  /** Last part of the rule's id. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly title: LocalText;
  readonly message: LocalText;
  readonly severity: Severity;
  readonly fix: { readonly action: LocalText; readonly patch?: readonly AdmissionFixStep[] };
  /** Rising minor versions; the last that is not newer than the one asked for holds. */
  readonly versions: readonly { readonly from: number; readonly violatedBy: AdmissionCondition }[];
  /** Controls of baseline that it takes the place of. */
  readonly replaces?: readonly string[];
}

type Value = string | number | boolean | string[];
type Operator = Extract<AdmissionCondition, { readonly field: string }>['operator'];

/** One comparison. */
export const is = (field: string, operator: Operator, value?: Value): AdmissionCondition =>
  value === undefined ? { field, operator } : { field, operator, value };
export const allOf = (...parts: AdmissionCondition[]): AdmissionCondition => ({ all: parts });
export const anyOf = (...parts: AdmissionCondition[]): AdmissionCondition => ({ any: parts });
export const not = (part: AdmissionCondition): AdmissionCondition => ({ not: part });
/** Some container of any kind. */
export const someContainer = (where: AdmissionCondition): AdmissionCondition => ({
  some: 'containers',
  where,
});

/** Since 1.25 pods that say they are for Windows are asked less. */
export const unlessWindows = (part: AdmissionCondition): AdmissionCondition =>
  allOf(not(is('pod.os.name', 'equals', 'windows')), part);
/** Since 1.35 pods with user ids of their own are asked less. */
export const unlessOwnUsers = (part: AdmissionCondition): AdmissionCondition =>
  allOf(not(is('pod.hostUsers', 'equals', false)), part);
