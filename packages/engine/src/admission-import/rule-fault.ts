// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicy } from '../admission/index.ts';
import { ruleCelCompiler } from '../admission-cel/index.ts';

/** Why a rule that an importer made cannot be compiled; nothing when it can. No import hands out another. */
export function ruleFault(rule: AdmissionRule): string | undefined {
  const compiled = compileAdmissionPolicy({ rules: [rule] }, { compileCel: ruleCelCompiler() });
  return compiled.ok ? undefined : compiled.error.detail.slice(0, 300);
}
