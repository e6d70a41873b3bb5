// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, LocalText, Severity } from '@bartizan/contracts';

/** A claim about somebody in the cluster, with what it is evidence for. Controls name these ids. */
export interface AccessCheck {
  readonly id: string;
  readonly severity: Severity;
  /** True when it passes. */
  readonly title: LocalText;
  readonly owasp: Finding['owasp'];
  readonly attack: readonly string[];
}

const owasp: Finding['owasp'] = { 2022: ['K03'], 2025: ['K02'] };

/** Checks about who may do what. */
export const ACCESS_CHECKS = {
  risky: {
    id: 'access.risky-permission',
    severity: 'high',
    title: { en: 'No permission gives more than it says', ja: '見かけ以上の権限につながる許可がない' },
    owasp,
    attack: ['T1078'],
  },
  path: {
    id: 'access.path-to-admin',
    severity: 'critical',
    title: { en: 'There is no way to cluster-admin', ja: 'cluster-admin に至る経路がない' },
    owasp,
    attack: ['T1078'],
  },
  exposed: {
    id: 'access.exposed-path',
    severity: 'critical',
    title: {
      en: 'What is reachable from outside leads nowhere near cluster-admin',
      ja: '外部から到達できる Pod が cluster-admin につながらない',
    },
    owasp: { 2022: ['K03', 'K09'], 2025: ['K02', 'K06'] },
    attack: ['T1190', 'T1078'],
  },
} as const satisfies Readonly<Record<string, AccessCheck>>;
