// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionCoverage, ok } from '@bartizan/contracts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { ReportsFlags } from './flags.ts';

type Kind = AdmissionCoverage['custom']['kinds'][number];

/** What of a kind is not judged, or not by everything. */
function noteOf({ open, unread, leftOut = 0, places, native, code }: Kind, { t }: CliContext): string {
  const parts = [
    ...(unread === undefined ? [] : [t(`coverage.unread.${unread}`)]),
    ...(open.length === 0 ? [] : [t('coverage.open', { places: open.join(', ') })]),
    ...(leftOut === 0 ? [] : [t('coverage.left-out', { n: leftOut })]),
    ...(places.length > 0 && !native ? [t('coverage.webhook-only')] : []),
    ...(code === undefined ? [] : [code]),
  ];
  return plain(parts.join('; '));
}

/** What has to be said of the whole, each with what helps. */
function sentences({ custom, notAsked }: AdmissionCoverage, { t }: CliContext): string[] {
  const { definitions, code, leftOut, kinds } = custom;
  return [
    ...(definitions === 'known' ? [] : [t('coverage.definitions', { state: code ?? definitions })]),
    ...(leftOut === 0 ? [] : [t('coverage.no-room', { n: leftOut })]),
    ...(notAsked.length === 0
      ? []
      : [t('coverage.not-asked', { total: notAsked.length, names: plain(notAsked.join(', ')) })]),
    ...kinds.flatMap(({ resource, remedy }) =>
      remedy === undefined ? [] : [t('coverage.remedy', { kind: plain(resource), command: plain(remedy) })],
    ),
  ];
}

/** `policy coverage`: custom kinds and what of them is judged; 1 when rules name more than is asked about. */
export function runCoverage(context: CliContext, { output }: ReportsFlags): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const asked = await client.value.call('admission.coverage');
    if (!asked.ok) return asked;
    const { t, process } = context;
    const isTable = output === 'table';
    renderList<Kind>(process, output, {
      items: asked.value.custom.kinds,
      whole: asked.value,
      columns: [
        { field: 'resource', heading: t('column.kind'), value: ({ resource }) => resource },
        {
          field: 'found',
          heading: t('column.found-by'),
          value: ({ found }) => (isTable ? t(`coverage.found.${found}`) : found),
        },
        {
          field: 'places',
          heading: t('column.pods-at'),
          value: ({ places }) => plain(places.join(', ')) || '-',
        },
        {
          field: 'audit',
          heading: t('column.existing'),
          value: ({ audit }) => (isTable ? t(`coverage.audit.${audit}`) : audit),
        },
        { field: 'objects', heading: t('column.judged'), value: ({ objects }) => String(objects ?? '?') },
        { field: 'note', heading: t('column.note'), value: (one) => noteOf(one, context) },
      ],
    });
    const lines = sentences(asked.value, context);
    if (isTable && lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
    return ok(asked.value.notAsked.length === 0 ? EXIT.fine : EXIT.failed);
  });
}
