// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of benchmarks, evidence and runs of compliance. */
export const COMPLIANCE_ERRORS = {
  E_COMPLIANCE_BUNDLE: {
    status: 400,
    title: {
      en: 'A bundle of evidence cannot be used',
      ja: '証拠のバンドルを使用できません',
    },
    remedy: {
      en: 'Make it again with `bartizan compliance collect` and carry it over unchanged: a bundle whose hash does not fit is refused, and one that was made while the clock of its machine was ahead.',
      ja: '`bartizan compliance collect` で作り直し、変更せずに運んでください。ハッシュが合わないバンドルと、マシンの時計が進んだ状態で作られたバンドルは拒否されます。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
