// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionNative, ok, type Result } from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { NativeFlags } from './flags.ts';

type Policy = AdmissionNative['policies'][number];

/** Why a rule is not held, or how far it is. */
function noteOf(
  { reason, code, detail, knownDigestsOnly, restoredTotal, defaults }: Policy,
  { t, language }: CliContext,
): string {
  const parts = [
    ...(reason === undefined ? [] : [reason[language]]),
    ...(code === undefined ? [] : [`${code}: ${detail ?? ''}`]),
    ...(knownDigestsOnly === undefined ? [] : [t('native.digests', { digests: knownDigestsOnly })]),
    ...(defaults === undefined ? [] : [t(`native.defaults.${defaults.state}`)]),
    ...(defaults?.code === undefined || defaults.state === 'not-served'
      ? []
      : [`${defaults.code}: ${defaults.detail ?? ''}`]),
    ...(restoredTotal === 0 ? [] : [t('native.restored', { times: restoredTotal })]),
  ];
  return plain(parts.join('; '));
}

function show(context: CliContext, format: NativeFlags['output'], native: AdmissionNative): void {
  const { t, process } = context;
  renderList<Policy>(process, format, {
    items: native.policies,
    whole: native,
    columns: [
      { field: 'rule', heading: t('column.rule'), value: ({ rule }) => rule },
      {
        field: 'state',
        heading: t('column.state'),
        value: ({ state }) => (format === 'table' ? t(`native.state.${state}`) : state),
      },
      { field: 'note', heading: t('column.note'), value: (one) => noteOf(one, context) },
    ],
  });
  if (format !== 'table') return;
  const applied = native.policies.filter(({ state }) => state === 'applied').length;
  const { verdicts } = native;
  const lines = [
    t(`native.${native.state}`, { applied, rules: native.policies.length }),
    ...(verdicts === undefined
      ? []
      : [t('native.verdicts', { refused: verdicts.refused, objects: verdicts.objects })]),
    ...(verdicts === undefined || verdicts.overflow === 0
      ? []
      : [t('native.overflow', { overflow: verdicts.overflow })]),
    ...(native.leftover === undefined
      ? []
      : [plain(t('native.leftover', { why: `${native.leftover.code}: ${native.leftover.detail}` }))]),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Somebody else may choose at the same time: then it is done again with what they chose. */
const TRIES = 3;

/** Chooses globs too, or no more; `off` without globs chooses none. What others choose meanwhile stays. */
async function choose(
  client: ApiClient,
  change: 'on' | 'off',
  globs: readonly string[],
  tries = TRIES,
): Promise<Result<AdmissionNative, ApiFailure>> {
  const now = await client.call('admission.native');
  if (!now.ok) return now;
  const { rules: before, revision } = now.value;
  const left = globs.length === 0 ? [] : before.filter((one) => !globs.includes(one));
  const rules = change === 'on' ? [...new Set([...before, ...globs])] : left;
  const put = await client.call('admission.native.put', { body: { rules }, ifMatch: revision });
  const isStale = !put.ok && put.error.code === 'E_PRECONDITION';
  return isStale && tries > 1 ? choose(client, change, globs, tries - 1) : put;
}

/** `policy native status|on|off`: which rules the API server holds by itself. */
export function runNative(
  context: CliContext,
  flags: NativeFlags,
  change?: 'on' | 'off',
  globs: readonly string[] = [],
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const native =
      change === undefined
        ? await client.value.call('admission.native')
        : await choose(client.value, change, globs);
    if (!native.ok) return native;
    show(context, flags.output, native.value);
    const isHindered = (state: string | undefined): boolean =>
      state === 'refused' || state === 'not-permitted';
    const isBad = native.value.policies.some(
      ({ state, defaults }) => isHindered(state) || isHindered(defaults?.state),
    );
    return ok(isBad || native.value.leftover !== undefined ? EXIT.failed : EXIT.fine);
  });
}
