// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import type { FoundViolation } from '@bartizan/engine/admission';

/** What reports say of a rule: of one that is asked, or of one that finds secrets. */
export type ReportedRule = Pick<
  AdmissionRule,
  'id' | 'severity' | 'title' | 'description' | 'fix' | 'references'
>;

/** What reports say of a violation. */
export type ReportedViolation = Omit<FoundViolation, 'rule'> & { readonly rule: ReportedRule };
