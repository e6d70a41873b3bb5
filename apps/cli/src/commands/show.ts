// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, ok, type ResponseOf, stepWords } from '@bartizan/contracts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Format, renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';

/** Whole records: YAML where nothing else is asked for, since they do not fit a table. */
function renderRecord(context: CliContext, format: Format, value: unknown): void {
  if (format === 'json' || format === 'yaml') renderValue(context.process, format, value);
  else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(value))));
}

/** `workload show`, `container show`, `node show`, `finding show`. */
export function runShow(
  context: CliContext,
  route: 'workload.show' | 'container.show' | 'node.show' | 'finding.show' | 'event.show' | 'registry.show',
  options: { readonly id: string; readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const found = await client.value.call(route, { params: { id: options.id } });
    if (!found.ok) return found;
    renderRecord(context, options.output, found.value);
    return ok(EXIT.fine);
  });
}

function explanationText(context: CliContext, why: ResponseOf<'explain.show'>): string {
  const { t, language } = context;
  const reasons = (why.decision?.reasons ?? []).flatMap((reason) => [
    `  ${reason.rule} (${reason.revision.slice(0, 12)}): ${reason.title[language]}`,
    ...reason.comparisons.map(
      (item) =>
        `    ${item.held ? '✓' : '✗'} ${item.field} ${item.operator} ${JSON.stringify(item.expected)}${item.actual === undefined ? '' : ` ← ${JSON.stringify(item.actual)}`}`,
    ),
  ]);
  const near = (why.decision?.nearest ?? []).map(
    (item) =>
      `  ${item.rule}: ${item.differed.field} ${item.differed.operator} ${JSON.stringify(item.differed.expected)} ≠ ${JSON.stringify(item.differed.actual ?? null)}`,
  );
  return [
    why.sentence[language],
    ...(why.decision === undefined
      ? []
      : [`${t('why.verdict')}: ${why.decision.verdict} (${why.decision.enforcementPoint})`]),
    ...section(t('why.reasons'), reasons),
    ...section(t('why.nearest'), near),
    ...section(
      t('why.steps'),
      why.steps.map((step) => `  ${stepWords(step.step)[language]}: ${inLanguage(step.detail, language)}`),
    ),
    ...section(
      t('why.facts'),
      why.facts.map((fact) => `  ${fact.name} = ${fact.value}`),
    ),
  ]
    .map(plain)
    .join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

/** `why ID`: the explanation of an event, finding or check. */
export function runWhy(
  context: CliContext,
  options: { readonly id: string; readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const why = await client.value.call('explain.show', { params: { id: options.id } });
    if (!why.ok) return why;
    if (options.output === 'table') context.process.stdout.write(`${explanationText(context, why.value)}\n`);
    else renderRecord(context, options.output, why.value);
    return ok(EXIT.fine);
  });
}

/** `scorecard`: the OWASP Kubernetes Top 10; no score where less than half was evaluated. */
export function runScorecard(context: CliContext, options: { readonly output: Format }): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const card = await client.value.call('scorecard.show');
    if (!card.ok) return card;
    const { t, language } = context;
    type Row = ResponseOf<'scorecard.show'>['rows'][number];
    renderList<Row>(context.process, options.output, {
      items: card.value.rows,
      whole: card.value,
      columns: [
        { field: 'control', heading: t('column.control'), value: (row) => row.control },
        { field: 'title', heading: t('column.title'), value: (row) => row.title[language] },
        {
          field: 'score',
          heading: t('column.score'),
          value: (row) => (row.score === undefined ? '-' : `${row.score} %`),
        },
        { field: 'coverage', heading: t('column.coverage'), value: (row) => `${row.coverage} %` },
        {
          field: 'outcome',
          heading: t('column.outcome'),
          value: (row) => `${row.passed} / ${row.failed} / ${row.unknown}`,
        },
        {
          field: 'reason',
          heading: t('column.message'),
          value: ({ reason, incomplete }) =>
            [reason, incomplete].flatMap((one) => one?.[language] ?? []).join(' '),
        },
      ],
    });
    if (options.output === 'table') context.process.stderr.write(`${plain(card.value.formula[language])}\n`);
    return ok(EXIT.fine);
  });
}
