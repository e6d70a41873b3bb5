// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';

/** Severities, worst first. */
export const SEVERITY_ORDER = [
  'critical',
  'high',
  'medium',
  'low',
  'info',
  'unknown',
] as const satisfies readonly Severity[];
