// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import type { PackageReport, ToldText, WorkloadRef } from '@bartizan/contracts';

/** A report that holds nothing but why: never read as "no packages". */
export const failedReport = (subject: WorkloadRef, reason: ToldText, nowMs: number): PackageReport => ({
  type: 'packages',
  scan: randomUUID(),
  part: 0,
  last: true,
  subject,
  distribution: '',
  distributionName: '',
  packages: [],
  coverage: [],
  pendingUpdates: [],
  incomplete: [reason],
  scannedAtMs: nowMs,
});
