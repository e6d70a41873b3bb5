// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFieldCondition, FactValue } from '@bartizan/contracts';
import type { About } from '../fields/about.ts';
import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import type { Unknown } from '../request.ts';
import type { Needs } from './need.ts';
import type { Answer } from './three-valued.ts';

/** One comparison that made a condition come out as it did, and of what it was asked. */
export interface Witness {
  readonly item: Item;
  readonly field: AdmissionField | undefined;
  readonly condition: AdmissionFieldCondition | undefined;
  readonly actual: FactValue | undefined;
  /** Why nobody knows, when the answer was "perhaps". */
  readonly unknown: Unknown | undefined;
  /** Whether the comparison held, so that negations can be told. */
  readonly held: boolean;
  /** What holds of the request suffices, whatever its items are: then it is a place of its own beside theirs. */
  isAlone: boolean;
}

/** A part of a compiled condition. */
export interface Node {
  readonly ask: (item: Item) => Answer;
  /** Collects what made `ask` give `answer`. */
  readonly witness: (item: Item, answer: Answer, out: Witness[]) => void;
  /** Texts of all that it reads of the object, so that two versions of an object can be compared. */
  readonly trace: (item: Item, out: unknown[]) => void;
  readonly fields: readonly AdmissionField[];
  /** What must at least be so, for `ask` not to give NO.  */
  readonly needs: Needs;
  /** Whether it is asked of the request as a whole. */
  readonly ofRequest: boolean;
  readonly about: About;
}

/** Most witnesses that are looked for; `beyond` stands for those that are left out. */
export const WITNESSES_MAX = 256;
