// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, LocalText, Severity } from '@bartizan/contracts';

/** A claim about the network of a namespace, with what it is evidence for. Controls name these ids. */
export interface NetworkCheck {
  readonly id: string;
  readonly severity: Severity;
  /** True when it passes. */
  readonly title: LocalText;
  readonly owasp: Finding['owasp'];
  readonly attack: readonly string[];
}

const owasp: Finding['owasp'] = { 2022: ['K07'], 2025: ['K05'] };

/** Checks about network policies. */
export const NETWORK_CHECKS = {
  deny: {
    id: 'network.default-deny',
    severity: 'medium',
    title: {
      en: 'Traffic into the namespace is denied unless a policy allows it',
      ja: '名前空間への通信は、ポリシーで許可されない限り拒否される',
    },
    owasp,
    attack: ['T1210'],
  },
  selected: {
    id: 'network.pod-without-policy',
    severity: 'medium',
    title: {
      en: 'A network policy selects every pod',
      ja: 'すべての Pod がネットワークポリシーの対象である',
    },
    owasp,
    attack: ['T1210'],
  },
} as const satisfies Readonly<Record<string, NetworkCheck>>;
