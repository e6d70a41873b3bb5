// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Level } from '@bartizan/contracts';

/** Levels, strongest first. */
export const LEVEL_ORDER = [
  'refuse',
  'kill-before-first-instruction',
  'kill-after',
  'detect-only',
  'blind',
] as const satisfies readonly Level[];
