// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Severities from worst to least; `unknown` is a state of its own and never counted as harmless. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Worst first: smaller is worse. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);
