// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Type } from 'typebox';
import { FactValue } from '../decision.ts';
import { OPERATORS, type Operator } from '../detection-rule.ts';
import { choice, inline, integer, list, text } from '../schema.ts';

/**
 * Collections of the pod normal form and of other objects that a rule can quantify over. Inside `where`, fields of
 * the item are asked by their names (`container.image.registry`), those of what encloses it stay visible.
 */
export const ADMISSION_COLLECTIONS = [
  'containers',
  'init-containers',
  'regular-containers',
  'ephemeral-containers',
  'volumes',
  'container.environment',
  'container.ports',
  'container.mounts',
  'container.probes',
  'container.capabilities-added',
  'container.vulnerabilities',
  'container.packages',
  'pod.sysctls',
  'pod.tolerations',
  'pod.host-aliases',
  'object.labels',
  'object.annotations',
  'pod.labels',
  'pod.annotations',
  'namespace.labels',
  'request.groups',
  'service.ports',
  'ingress.rules',
  'role.rules',
  'binding.subjects',
] as const;
export type AdmissionCollection = (typeof ADMISSION_COLLECTIONS)[number];

/** One comparison of a field with a value, or with a parameter of the rule. */
export interface AdmissionFieldCondition {
  readonly field: string;
  readonly operator: Operator;
  readonly value?: FactValue;
  /** Name of a parameter of the rule, instead of `value`. */
  readonly parameter?: string;
}

/**
 * A typed expression tree over an admission request. It is three-valued: a fact nobody knows (an image not scanned, a
 * service account not readable) makes a comparison unknown, and unknown follows Kleene's logic up to the rule, which
 * says what becomes of it.
 */
export type AdmissionCondition =
  | AdmissionFieldCondition
  | { readonly all: readonly AdmissionCondition[] }
  | { readonly any: readonly AdmissionCondition[] }
  | { readonly not: AdmissionCondition }
  /** At least one item of the collection. */
  | { readonly some: AdmissionCollection; readonly where: AdmissionCondition }
  /** Every item of the collection; true when there is none. */
  | { readonly every: AdmissionCollection; readonly where: AdmissionCondition }
  /** At least so many items of the collection. */
  | {
      readonly count: AdmissionCollection;
      readonly where: AdmissionCondition;
      readonly atLeast: number;
    }
  /** A CEL expression over `object`, `oldObject`, `pod`, `request`, `namespaceObject` and `params` that gives a boolean. */
  | { readonly cel: string };

/** Schema of a condition: at most 400 nodes and 12 levels (checked by the compiler of rules). */
export const AdmissionConditionSchema = Type.Unsafe<AdmissionCondition>(
  Type.Cyclic(
    {
      AdmissionCondition: Type.Union([
        inline('A comparison', {
          field: text('Field, e.g. container.privileged', 128),
          operator: choice(OPERATORS, 'Operator'),
          value: Type.Optional(FactValue),
          parameter: Type.Optional(text('Parameter of the rule that gives the value', 64)),
        }),
        inline('All must hold', { all: list(Type.Ref('AdmissionCondition'), 'Parts', 64) }),
        inline('One must hold', { any: list(Type.Ref('AdmissionCondition'), 'Parts', 64) }),
        inline('Must not hold', { not: Type.Ref('AdmissionCondition') }),
        inline('At least one item', {
          some: choice(ADMISSION_COLLECTIONS, 'Collection'),
          where: Type.Ref('AdmissionCondition'),
        }),
        inline('Every item', {
          every: choice(ADMISSION_COLLECTIONS, 'Collection'),
          where: Type.Ref('AdmissionCondition'),
        }),
        inline('At least so many items', {
          count: choice(ADMISSION_COLLECTIONS, 'Collection'),
          where: Type.Ref('AdmissionCondition'),
          atLeast: integer('How many', '1', { minimum: 1, maximum: 100000 }),
        }),
        inline('A CEL expression', { cel: text('Expression that gives a boolean', 16384) }),
      ]),
    },
    'AdmissionCondition',
  ),
);
