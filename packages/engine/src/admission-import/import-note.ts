// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, LocalText } from '@bartizan/contracts';

/**
 * What an imported rule does otherwise than the one it came from.
 * - `dropped`: the rule, or a part that could not be left out safely, was not taken over.
 * - `stricter`: it covers more (a refusal) or less (an exception) than before.
 * - `weaker`: something that was judged before is not judged any more. Never without this note.
 * - `different`: neither of the two; the note says what.
 */
export type ImportEffect = 'dropped' | 'stricter' | 'weaker' | 'different';

/** One thing to know about an import. */
export interface ImportNote {
  /** The rule as its source names it. */
  readonly source: string;
  /** The part of the rule, e.g. a criterion; empty for the rule as a whole. */
  readonly part: string;
  readonly effect: ImportEffect;
  readonly detail: LocalText;
}

/** What came of an import. */
export interface AdmissionImport {
  readonly rules: readonly AdmissionRule[];
  readonly notes: readonly ImportNote[];
}
