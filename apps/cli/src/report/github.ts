// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { severityRank } from '@bartizan/contracts';
import type { StoodItem } from '../gate/standing.ts';
import { plain } from '../output/width.ts';
import { messageOf } from './item.ts';
import {
  counts,
  REFUSED_SIGNATURE,
  type RunReport,
  refusedTargets,
  remarks,
  shortcomings,
  signatureText,
  type TargetReport,
  targetTitle,
} from './run-report.ts';

/** What GitHub shows of one step, of each kind; the last of them says how many more there are. */
const SHOWN_MAX = 10;

/** The text of a workflow command: no end of line can end it early, so that nothing found can give another command. */
const data = (text: string): string =>
  plain(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

type Level = 'error' | 'warning' | 'notice';

const command = (
  level: Level,
  text: string,
  more: Readonly<Record<string, string | number>> = {},
): string => {
  const properties = Object.entries(more).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${level}${properties.length === 0 ? '' : ` ${properties.join(',')}`}::${data(text)}`;
};

interface Placed {
  readonly item: StoodItem;
  readonly target: TargetReport;
}

const annotation = (level: Level, { item, target }: Placed): string => {
  const [file] = item.paths;
  return command(level, `${targetTitle(target)}: ${messageOf(item)}`, {
    title: `${item.severity}: ${item.id}`,
    ...(file === undefined ? {} : { file }),
    ...(item.line === undefined ? {} : { line: item.line }),
  });
};

/** As many commands of a level as are shown; the last of them says how many more there are. */
const listed = (level: Level, commands: readonly string[]): readonly string[] => {
  if (commands.length <= SHOWN_MAX) return commands;
  const shown = commands.slice(0, SHOWN_MAX - 1);
  return [
    ...shown,
    command(level, `${commands.length - shown.length} more findings of this kind: see the report`),
  ];
};

const refusal = (target: ReturnType<typeof refusedTargets>[number]): string =>
  command('error', `${targetTitle(target)}: ${REFUSED_SIGNATURE.title}: ${signatureText(target.signature)}`, {
    title: REFUSED_SIGNATURE.id,
  });

/** A run as workflow commands of GitHub Actions: annotations on the run, worst first. */
export function toGithub(report: RunReport): string {
  const placed = report.targets
    .flatMap((target) => target.items.map((item) => ({ item, target })))
    .sort((left, right) => severityRank(left.item.severity) - severityRank(right.item.severity));
  const counting = placed.filter(({ item }) => counts(item, report.failOn));
  const open = placed.filter(({ item }) => item.standing.state === 'open' && !counts(item, report.failOn));
  const answered = placed.filter(({ item }) => item.standing.state !== 'open').length;
  const problems = shortcomings(report).slice(0, SHOWN_MAX);
  const refused = refusedTargets(report);
  const errors = [...refused.map(refusal), ...counting.map((one) => annotation('error', one))];
  const lines = [
    ...listed('error', errors),
    ...listed(
      'warning',
      open.map((one) => annotation('warning', one)),
    ),
    ...problems.map((text) => command('warning', text, { title: 'incomplete' })),
    // The last notice is that of the run.
    ...remarks(report)
      .slice(0, SHOWN_MAX - 1)
      .map((text) => command('notice', text, { title: 'not judged' })),
    command(
      'notice',
      `${report.targets.length} targets, ${counting.length + open.length} open findings, ${answered} answered for (statements, exceptions, baseline)${refused.length === 0 ? '' : `, ${refused.length} refused by the signature policy`}`,
      { title: 'Bartizan' },
    ),
  ];
  return `${lines.join('\n')}\n`;
}
