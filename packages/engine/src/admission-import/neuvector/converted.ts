// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, LocalText } from '@bartizan/contracts';
import type { ImportEffect } from '../import-note.ts';
import type { NeuVectorCriterion, NeuVectorRule } from './read.ts';

/** What a criterion is asked of. A rule is asked of each container when one of its criteria is. */
export type Scope = 'container' | 'pod' | 'claim' | 'request';

/** A criterion in our words, with what is not the same. */
export interface Converted {
  readonly scope: Scope;
  readonly condition: AdmissionCondition;
  readonly notes?: readonly { readonly effect: ImportEffect; readonly detail: LocalText }[];
}

/** Why a criterion has no form of ours. */
export interface NotConverted {
  readonly why: LocalText;
}

/** Takes one criterion over. */
export type Convert = (criterion: NeuVectorCriterion, rule: NeuVectorRule) => Converted | NotConverted;

/** Whether a criterion could be taken over. */
export const isConverted = (result: Converted | NotConverted): result is Converted => 'condition' in result;

/** A criterion that was taken over as it is. */
export const converted = (
  scope: Scope,
  condition: AdmissionCondition | undefined,
  notes: Converted['notes'] = [],
): Converted | NotConverted =>
  condition === undefined
    ? {
        why: {
          en: 'the operator does not fit the criterion, or its value is empty or not readable',
          ja: '演算子が条件に合わないか、値が空または読み取れません',
        },
      }
    : { scope, condition, notes };
