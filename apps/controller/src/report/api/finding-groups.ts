// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Finding, type ResponseOf, severityRank } from '@bartizan/contracts';

type Group = ResponseOf<'finding.groups'>['items'][number];

interface Draft {
  group: Group;
  readonly workloads: Set<string>;
}

/** Groups open findings by the act that removes them: what is exploited first, then the worst, then the most. */
export function groupFindings(findings: readonly Finding[]): readonly Group[] {
  const drafts = new Map<string, Draft>();
  const open = findings.filter(({ state }) => state === 'open');
  const present = new Set(open.map(({ subject }) => subject.workload));
  for (const finding of open) {
    const draft = drafts.get(finding.groupKey) ?? newDraft(finding);
    drafts.set(finding.groupKey, draft);
    draft.workloads.add(finding.subject.workload);
    // The same finding of what runs this image is among these too, and counts there.
    const isTwin = finding.countedAt !== undefined && present.has(finding.countedAt);
    const by = isTwin ? 0 : 1;
    draft.group = {
      ...draft.group,
      findings: draft.group.findings + by,
      knownExploited: draft.group.knownExploited + (finding.vulnerability?.knownExploited === true ? by : 0),
      worst:
        severityRank(finding.severity) < severityRank(draft.group.worst)
          ? finding.severity
          : draft.group.worst,
      workloads: draft.workloads.size,
    };
  }
  return [...drafts.values()].map((draft) => draft.group).sort(compareGroups);
}

function newDraft(finding: Finding): Draft {
  return {
    group: {
      groupKey: finding.groupKey,
      action: finding.fix.action,
      ...(finding.fix.command === undefined ? {} : { command: finding.fix.command }),
      findings: 0,
      knownExploited: 0,
      worst: finding.severity,
      workloads: 0,
    },
    workloads: new Set(),
  };
}

function compareGroups(left: Group, right: Group): number {
  return (
    Number(right.knownExploited > 0) - Number(left.knownExploited > 0) ||
    severityRank(left.worst) - severityRank(right.worst) ||
    right.findings - left.findings ||
    (left.groupKey < right.groupKey ? -1 : 1)
  );
}
