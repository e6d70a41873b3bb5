// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ConditionVerdict, PolicyVerdict } from '@bartizan/scan/signatures';
import type { CliContext } from '../context.ts';
import { type Format, renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';

/** A line of a verdict: a condition, how deep it is, and why. */
interface Line {
  readonly rule: string;
  readonly condition: string;
  readonly outcome: string;
  readonly detail: string;
}

function linesOf(rule: string, verdict: ConditionVerdict, depth = 0): readonly Line[] {
  const { condition, outcome, reasons, parts = [] } = verdict;
  return [
    { rule, condition: `${'  '.repeat(depth)}${condition}`, outcome, detail: reasons.join(' | ') },
    ...parts.flatMap((part) => linesOf('', part, depth + 1)),
  ];
}

const linesOfVerdict = ({ rules, outcome, reason = '' }: PolicyVerdict): readonly Line[] =>
  rules.length === 0
    ? [{ rule: '', condition: '', outcome, detail: reason }]
    : rules.flatMap((verdict) => linesOf(verdict.rule, verdict));

/** Shows a verdict with every condition and its reasons. */
export function showPolicyVerdict({ process, t }: CliContext, format: Format, verdict: PolicyVerdict): void {
  renderList<Line>(process, format, {
    items: linesOfVerdict(verdict),
    whole: verdict,
    columns: [
      { field: 'rule', heading: t('column.rule'), value: (item) => item.rule },
      { field: 'condition', heading: t('column.condition'), value: (item) => item.condition },
      { field: 'outcome', heading: t('column.outcome'), value: (item) => item.outcome },
      { field: 'detail', heading: t('column.detail'), value: (item) => plain(item.detail) },
    ],
  });
}

/** Why a policy is not fulfilled: a line for each condition that is not met. */
export const policyReasons = (verdict: PolicyVerdict): readonly string[] =>
  verdict.outcome === 'fulfilled'
    ? []
    : linesOfVerdict(verdict)
        .filter(({ outcome, detail }) => outcome !== 'fulfilled' && detail !== '')
        .map(({ rule, condition, detail }) =>
          [rule, condition.trim(), detail].filter((part) => part !== '').join(': '),
        );

/** Says on stderr what became of an image under its policy: one line, and one for each condition that is not met. */
export function notePolicyVerdict({ process, t }: CliContext, verdict: PolicyVerdict): void {
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  const { image, digest, outcome } = verdict;
  write(t('policy.verdict', { image: `${image}@${digest}`, outcome: t(`policy.${outcome}`) }));
  for (const reason of policyReasons(verdict)) write(`  ${reason}`);
}
