// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessUse, ok } from '@bartizan/contracts';
import { runList } from '../commands/list.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Column, renderList } from '../output/render.ts';
import { plainLines } from '../output/width.ts';
import type { UnusedFlags } from './flags.ts';
import { tellUnreadable } from './questions.ts';

type Row = AccessUse['grants'][number];

const HOUR_MS = 3_600_000;
const placeOf = ({ kind, namespace, name }: Row['grant']['role']): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;
/** What not seen means, by how much was watched. */
const UNSEEN = {
  unused: 'access.unseen-unused',
  'not-known': 'access.unseen-not-known',
  'not-watched': 'access.unseen-not-watched',
} as const;
const hours = (ms: number): string => (ms / HOUR_MS).toFixed(1);

function sentences({ t }: CliContext, answer: AccessUse): string[] {
  const { window, proposal } = answer;
  const values = { watched: hours(window.watchedMs), needed: hours(window.neededMs) };
  return [
    t(UNSEEN[answer.unseenIs], values),
    ...(window.gapMs > 0 ? [t('access.window-gap', { gap: hours(window.gapMs) })] : []),
    ...(window.isCut ? [t('access.window-cut')] : []),
    ...(proposal === undefined
      ? []
      : [
          t('access.proposal', { checked: proposal.checked, allowed: proposal.stillAllowed }),
          t('access.proposal-replaces', { bindings: proposal.replaces.map(placeOf).join(', ') || '-' }),
          ...(proposal.reachesAdmin
            ? [t(proposal.reachesAdminAfter ? 'access.proposal-path-stays' : 'access.proposal-path-closed')]
            : []),
        ]),
  ];
}

const runOne = (context: CliContext, who: string, flags: UnusedFlags): Promise<void> =>
  perform(context, async () => {
    const { t, process } = context;
    if (flags.filter !== undefined || flags.sort !== undefined || flags.limit !== undefined)
      return usage(t('access.unused-all'));
    const client = await clientOf(context);
    if (!client.ok) return client;
    const { groups, minimumHours } = flags;
    const asked = await client.value.call('access.unused', {
      query: {
        user: who,
        ...(groups === undefined ? {} : { groups }),
        ...(minimumHours === undefined ? {} : { minimumHours }),
      },
    });
    if (!asked.ok) return asked;
    const answer = asked.value;
    if (flags.output === 'manifests') process.stdout.write(plainLines(answer.proposal?.yaml ?? ''));
    else {
      const columns: Column<Row>[] = [
        {
          field: 'binding',
          heading: t('column.access-binding'),
          value: ({ grant }) => placeOf(grant.binding),
        },
        { field: 'role', heading: t('column.access-role'), value: ({ grant }) => placeOf(grant.role) },
        { field: 'used', heading: t('column.access-used'), value: ({ used }) => used.join(', ') },
        { field: 'unseen', heading: t('column.access-unseen'), value: ({ unseen }) => unseen.join(', ') },
      ];
      renderList(process, flags.output, { items: answer.grants, columns, whole: answer });
    }
    process.stderr.write(`${sentences(context, answer).join('\n')}\n`);
    tellUnreadable(context, answer.unreadable);
    return ok(EXIT.fine);
  });

/** `access unused [SUBJECT]`: one of them with the smaller role, or everybody as a list. */
export function runUnused(context: CliContext, who: string | undefined, flags: UnusedFlags): Promise<void> {
  if (who !== undefined) return runOne(context, who, flags);
  const { output, groups, minimumHours, ...list } = flags;
  return output === 'manifests' || groups !== undefined || minimumHours !== undefined
    ? perform(context, () => Promise.resolve(usage(context.t('access.unused-one'))))
    : runList(context, 'access.unused-subjects', { ...list, output });
}
