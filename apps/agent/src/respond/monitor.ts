// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Decision } from '@bartizan/contracts';

/** Modes this agent can act in. Monitor only: it tells and blocks nothing; a later release adds Protect. */
export const RESPONSE_MODES = ['monitor'] as const;

/** What Monitor does with a decision: a deny is told as an alert, because nothing was stopped. */
export const respondInMonitor = (decision: Decision): Decision => ({
  ...decision,
  verdict: decision.verdict === 'deny' ? 'alert' : decision.verdict,
  enforcementPoint: 'none',
});
