// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, LocalText, Severity, WorkloadRef } from '@bartizan/contracts';
import type { AccessCheck } from '@bartizan/engine/access';

/** What one check says about one subject. */
export interface AccessVerdict {
  readonly check: AccessCheck;
  readonly subject: WorkloadRef;
  readonly outcome: CheckResult['outcome'];
  readonly severity: Severity;
  readonly said: LocalText;
  readonly evidence: readonly string[];
  readonly action: LocalText;
}
