// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';
import type { Framework } from '@bartizan/contracts/compliance';
import { isBenchmarkCheck } from '../compliance/benchmark-verdicts.ts';

const EDITIONS = {
  2022: {
    id: 'owasp-kubernetes-2022',
    edition: '2022',
  },
  2025: {
    id: 'owasp-kubernetes-2025',
    edition: '2025',
  },
} as const;

const LIMITS = {
  en: 'What the product does not look at is listed with each item on its own page; how people handle an alert is not judged by a tool.',
  ja: '製品が対象としない内容は各項目のページに示しています。アラートへの人の対応はツールでは判定しません。',
};

const MAPPINGS_MAX = 400;
/** Checks of hosts, containers and images, and those of the objects of a cluster. */
const POSTURE = /^(container|host|image|network|cloud|exposed|secret|version)\./;

/** Number of the edition that a control of the list is answered by; undefined: that edition does not ask it. */
type RefOfBenchmark = (check: string) => string | undefined;

/** References of a control: what is asked of things that are there. Detections at run time are events, not evidence. */
function refsOf({ prevents, detects }: ComplianceControl, refOfBenchmark: RefOfBenchmark): string[] {
  const answering = [...prevents, ...detects].flatMap((id) => {
    if (id.startsWith('admission.')) return [`admission:${id}`];
    if (id.startsWith('access.')) return [`access:${id}`];
    if (id.startsWith('audit.')) return [`audit:${id}`];
    if (id.startsWith('vulnerability.')) return ['vulnerability'];
    if (isBenchmarkCheck(id)) return refOfBenchmark(id) ?? [];
    return POSTURE.test(id) ? [`posture:${id}`] : [];
  });
  return [...new Set(answering)].slice(0, MAPPINGS_MAX);
}

/** One edition of the OWASP Kubernetes Top 10 as a framework; the reason of a mapping is the goal of the control. */
export function frameworkOfOwasp(
  controls: readonly ComplianceControl[],
  edition: keyof typeof EDITIONS,
  { asOf, refOfBenchmark = () => undefined }: { asOf: string; refOfBenchmark?: RefOfBenchmark },
): Framework {
  const items = controls.flatMap((control) => control.owasp[edition].map((item) => ({ item, control })));
  const grouped = [...Map.groupBy(items, ({ item }) => item)].sort(([one], [two]) => (one < two ? -1 : 1));
  return {
    ...EDITIONS[edition],
    title: { en: `OWASP Kubernetes Top 10 (${edition})`, ja: `OWASP Kubernetes Top 10（${edition} 年版）` },
    asOf,
    limits: LIMITS,
    controls: grouped.map(([item, mine]) => ({
      id: item,
      title: {
        en: mine
          .map(({ control }) => control.title.en)
          .join(' / ')
          .slice(0, 512),
        ja: mine
          .map(({ control }) => control.title.ja)
          .join('／')
          .slice(0, 512),
      },
      checks: mine
        .flatMap(({ control }) =>
          refsOf(control, refOfBenchmark).map((ref) => ({ ref, reason: control.goal })),
        )
        .filter(({ ref }, n, all) => all.findIndex((one) => one.ref === ref) === n)
        .slice(0, MAPPINGS_MAX),
    })),
  };
}
