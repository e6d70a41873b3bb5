// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, ok, type PolicySource } from '@bartizan/contracts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { SourcesFlags } from './flags.ts';

/** A source as lines: its state and counts, then what of it is not in force. */
function linesOf(one: PolicySource, { t, language }: CliContext): string[] {
  const { source, state, rules, bindings, exceptions, place = '', problems, problemsTotal, detail } = one;
  const counts = t('sources.counts', { rules, bindings, exceptions });
  const where = place === '' ? '' : `  ${plain(place)}`;
  const more = problemsTotal - problems.length;
  return [
    `${source}: ${t(`sources.state.${state}`)}  ${counts}${where}`,
    ...(detail === undefined ? [] : [`  ${plain(inLanguage(detail, language))}`]),
    ...problems.map(
      ({ place: at, reason, detail: why }) =>
        `  ${reason}  ${plain(at)}: ${plain(inLanguage(why, language))}`,
    ),
    ...(more > 0 ? [`  ${t('sources.more', { more })}`] : []),
  ];
}

/** `policy sources`: where policies come from, and what of each source is not in force; then it ends with 1. */
export function runSources(context: CliContext, { output }: SourcesFlags): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const asked = await client.value.call('admission.sources');
    if (!asked.ok) return asked;
    const { sources } = asked.value;
    if (output === 'table')
      context.process.stdout.write(`${sources.flatMap((one) => linesOf(one, context)).join('\n')}\n`);
    else renderValue(context.process, output, asked.value);
    const isWell = sources.every(({ state }) => state !== 'degraded' && state !== 'unreachable');
    return ok(isWell ? EXIT.fine : EXIT.failed);
  });
}
