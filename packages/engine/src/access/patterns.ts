// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { CLUSTER_PATTERNS } from './cluster-patterns.ts';
import { NAMESPACE_PATTERNS } from './namespace-patterns.ts';
import type { RiskPattern } from './pattern.ts';

/** Known patterns, from the good practices of RBAC and published attack research. */
export const RISK_PATTERNS: readonly RiskPattern[] = [...CLUSTER_PATTERNS, ...NAMESPACE_PATTERNS];
