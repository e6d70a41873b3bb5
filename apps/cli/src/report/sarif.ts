// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import type { StoodItem } from '../gate/standing.ts';
import { standingText } from '../gate/standing.ts';
import { messageOf } from './item.ts';
import {
  REFUSED_SIGNATURE,
  type RunReport,
  refusedTargets,
  remarks,
  shortcomings,
  signatureText,
  type TargetReport,
  targetTitle,
} from './run-report.ts';

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  unknown: 'warning',
};
/** What GitHub takes of one run; what is more is told as a notification. */
const RESULTS_MAX = 25_000;
const NOTIFICATIONS_MAX = 1000;

/** A path or name as a URI reference: every part percent-encoded. Half a character, which a document may name, has no encoding. */
const uriOf = (path: string): string => path.toWellFormed().split('/').map(encodeURIComponent).join('/');

const regionOf = ({ line, column }: StoodItem): object =>
  line === undefined
    ? {}
    : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };

/** Places of an item; the target itself where it has none: readers want at least one. */
const locationsOf = (item: StoodItem, target: TargetReport): object[] =>
  (item.paths.length === 0 ? [target.name] : item.paths).map((path) => ({
    physicalLocation: { artifactLocation: { uri: uriOf(path) }, ...regionOf(item) },
    logicalLocations: [{ fullyQualifiedName: targetTitle(target) }],
  }));

/** A result that somebody answers for is kept, and marked (3.27.23); the baseline says what was there (3.27.24). */
function markOf(item: StoodItem): object {
  const { standing, isInBaseline } = item;
  return {
    ...(standing.state === 'explained' || standing.state === 'accepted'
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: standingText(standing) }] }
      : {}),
    ...(isInBaseline === undefined ? {} : { baselineState: isInBaseline ? 'unchanged' : 'new' }),
  };
}

const resultOf = (item: StoodItem, target: TargetReport): object => ({
  ruleId: item.id,
  level: LEVEL[item.severity],
  message: {
    text: `${messageOf(item)}${item.standing.state === 'open' && item.standing.expired !== undefined ? ` [${standingText(item.standing)}]` : ''}`,
  },
  locations: locationsOf(item, target),
  partialFingerprints: {
    'bartizanFinding/v1': item.fingerprint,
    primaryLocationLineHash: `${item.fingerprint}:${item.ordinal}`,
  },
  properties: {
    target: targetTitle(target),
    severity: item.severity,
    ...(item.package === undefined ? {} : { purl: item.package.purl }),
  },
  ...markOf(item),
});

/** An image that its signature policy refuses, as a result of its own. */
const refusalOf = (target: ReturnType<typeof refusedTargets>[number]): object => ({
  ruleId: REFUSED_SIGNATURE.id,
  level: 'error',
  message: { text: `${REFUSED_SIGNATURE.title}: ${signatureText(target.signature)}` },
  locations: [
    {
      physicalLocation: { artifactLocation: { uri: uriOf(target.name) } },
      logicalLocations: [{ fullyQualifiedName: targetTitle(target) }],
    },
  ],
  partialFingerprints: { 'bartizanFinding/v1': `${REFUSED_SIGNATURE.id} ${targetTitle(target)}` },
  properties: { target: targetTitle(target), severity: 'critical' },
});

const REFUSAL_RULE = {
  id: REFUSED_SIGNATURE.id,
  shortDescription: { text: REFUSED_SIGNATURE.title },
  properties: { tags: ['security', 'signature'] },
};

function rulesOf(report: RunReport): object[] {
  const { targets } = report;
  const rules = new Map<string, object>();
  if (refusedTargets(report).length > 0) rules.set(REFUSED_SIGNATURE.id, REFUSAL_RULE);
  for (const { items } of targets) {
    for (const { id, title, score, kind, paths } of items) {
      if (rules.has(id)) continue;
      const [path] = paths;
      rules.set(id, {
        id,
        // The place of a secret is that of the result, not of the rule.
        shortDescription: { text: kind === 'secret' ? title.replace(` in /${path}`, '') : title },
        properties: {
          tags: ['security', kind],
          ...(score === undefined ? {} : { 'security-severity': String(score) }),
        },
      });
    }
  }
  return [...rules.values()];
}

/** A run as a SARIF 2.1.0 log (OASIS), one rule per advisory and per kind of secret. */
export function toSarif(report: RunReport): object {
  const results = [
    ...refusedTargets(report).map(refusalOf),
    ...report.targets.flatMap((target) => target.items.map((item) => resultOf(item, target))),
  ];
  const kept = results.slice(0, RESULTS_MAX);
  const cut = results.length - kept.length;
  const problems = [
    ...shortcomings(report),
    ...(cut > 0 ? [`${cut} more results are not in this file`] : []),
  ];
  const notifications = [
    ...problems.map((text) => ({ level: 'error', message: { text } })),
    ...remarks(report).map((text) => ({ level: 'note', message: { text } })),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Bartizan', version: report.toolVersion, rules: rulesOf(report) } },
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            startTimeUtc: new Date(report.startedAtMs).toISOString(),
            endTimeUtc: new Date(report.endedAtMs).toISOString(),
            toolExecutionNotifications: notifications.slice(0, NOTIFICATIONS_MAX),
          },
        ],
        results: kept,
      },
    ],
  };
}
