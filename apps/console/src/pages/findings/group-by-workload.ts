// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';

/** One workload, image or object with what of the filter was found in it. */
export interface SubjectGroup {
  readonly subject: Finding['subject'];
  readonly findings: number;
  /** Per severity, numbers as text, as the API has them. */
  readonly counts: Readonly<Record<string, string>>;
}

const countsOf = (findings: readonly Finding[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    SEVERITY_ORDER.map((severity) => [
      severity,
      String(findings.filter((finding) => finding.severity === severity).length),
    ]),
  );

/** More of the worst first; where that is the same, of the next worst; then by name. */
const byWeight = (left: SubjectGroup, right: SubjectGroup): number => {
  for (const severity of SEVERITY_ORDER) {
    const more = Number(right.counts[severity]) - Number(left.counts[severity]);
    if (more !== 0) return more;
  }
  return left.subject.name.localeCompare(right.subject.name);
};

/** Groups findings by what they were found in, where most is wrong first. */
export const groupByWorkload = (findings: readonly Finding[]): SubjectGroup[] => {
  const byId = Map.groupBy(findings, ({ subject }) => subject.workload);
  return [...byId.values()]
    .flatMap((same) => {
      const [first] = same;
      return first === undefined
        ? []
        : [{ subject: first.subject, findings: same.length, counts: countsOf(same) }];
    })
    .sort(byWeight);
};
