// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadAdmissionRules, loadBenchmarks, loadFrameworks } from '@bartizan/adapters/content';
import type { ComplianceControl, LocalText } from '@bartizan/contracts';
import { ACCESS_CHECKS, RISK_PATTERNS } from '@bartizan/engine/access';
import { CLUSTER_CHECKS } from '@bartizan/engine/cluster-posture';
import { benchmarkRefs, frameworkOfOwasp } from '@bartizan/engine/frameworks';
import { NETWORK_CHECKS } from '@bartizan/engine/reachability';
import type { FrameworkBook } from '../framework-ports.ts';
import type { Log } from '../ports.ts';

interface Known {
  readonly controls: readonly ComplianceControl[];
  readonly checks: readonly { readonly id: string; readonly title: LocalText }[];
  readonly rules: readonly { readonly rule: { readonly id: string; readonly title: LocalText } }[];
}

const OTHERS: readonly (readonly [string, LocalText])[] = [
  ['vulnerability', { en: 'Known flaws of packages', ja: 'パッケージの既知の欠陥' }],
  ['secret', { en: 'Credentials in images and files', ja: 'イメージとファイル内の認証情報' }],
];

/** Frameworks of a content folder with the words for what they refer to, and both editions of the OWASP list. */
export function openFrameworkBook(folder: string, known: Known, log: Log): FrameworkBook {
  const loaded = loadFrameworks(folder);
  // Without them the product still guards; the list of frameworks then has the OWASP editions alone.
  const frameworks = loaded.ok ? loaded.value.frameworks : [];
  if (!loaded.ok) log.error({ detail: loaded.error.detail }, 'frameworks could not be read');
  else for (const fault of loaded.value.refused) log.error({ ...fault }, 'a framework was refused');
  const admission = loadAdmissionRules(folder);
  const benchmarks = loadBenchmarks(folder);
  const refs = benchmarkRefs(benchmarks.ok ? benchmarks.value.benchmarks : []);
  const [asOf = ''] = frameworks
    .map((one) => one.asOf)
    .sort()
    .reverse();
  const titles = new Map<string, LocalText>([
    ...OTHERS,
    ...refs.titles,
    ...[...RISK_PATTERNS, ...Object.values(ACCESS_CHECKS)].map(
      ({ id, title }) => [`access:${id}`, title] as const,
    ),
    ...[...known.checks, ...Object.values(NETWORK_CHECKS), ...Object.values(CLUSTER_CHECKS)].map(
      ({ id, title }) => [`posture:${id}`, title] as const,
    ),
    ...(admission.ok ? admission.value.rules : []).map(
      ({ id, title }) => [`admission:${id}`, title] as const,
    ),
    ...known.rules.map(({ rule }) => [`audit:${rule.id}`, rule.title] as const),
  ]);
  return {
    frameworks: [
      ...frameworks,
      frameworkOfOwasp(known.controls, 2022, { asOf, refOfBenchmark: refs.refOf }),
      frameworkOfOwasp(known.controls, 2025, { asOf, refOfBenchmark: refs.refOf }),
    ],
    titles,
    keyOf: refs.keyOf,
    severityOf: refs.severityOf,
  };
}
