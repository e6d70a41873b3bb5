// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';

/** By what a finding of an image and one of something that runs the image are the same; undefined: by nothing. */
const issueOf = ({ kind, package: found, vulnerability }: Finding): string | undefined =>
  found === undefined
    ? undefined
    : JSON.stringify([kind, vulnerability?.id ?? '', found.name, found.version]);

/**
 * Findings of one image and of the workloads that run it: those of the image whose mark is another now. One that a
 * workload has too, in whatever state but fixed, is counted there; both stay in every list.
 */
export function countedElsewhere(all: readonly Finding[]): readonly Finding[] {
  const running = new Map<string, string>();
  for (const finding of all) {
    const issue = issueOf(finding);
    if (finding.subject.kind === 'Image' || finding.state === 'fixed' || issue === undefined) continue;
    const { workload } = finding.subject;
    const known = running.get(issue);
    if (known === undefined || workload < known) running.set(issue, workload);
  }
  return all.flatMap((finding) => {
    if (finding.subject.kind !== 'Image') return [];
    const issue = issueOf(finding);
    const at = issue === undefined ? undefined : running.get(issue);
    if (at === finding.countedAt) return [];
    const { countedAt: _before, ...rest } = finding;
    return [at === undefined ? rest : { ...rest, countedAt: at }];
  });
}
