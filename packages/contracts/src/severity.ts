// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice } from './schema.ts';

/** Severities from worst to least; `unknown` is a state of its own and never counted as harmless. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const SeveritySchema = choice(SEVERITIES, 'How bad it is; unknown when no source rates it');

/** Worst first: smaller is worse. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);
