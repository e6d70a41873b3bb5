// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type ReachAnswer, type Result } from '@bartizan/contracts';
import {
  type AskedEnd,
  answerReach,
  Reachability,
  readLabels,
  readNetworkPolicies,
  readPod,
} from '@bartizan/engine/reachability';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { isMapping } from '../policy/kubernetes-object.ts';
import type { ReachFlags } from './flags.ts';
import { tellUnreadable } from './questions.ts';
import { readManifests } from './read-manifests.ts';

interface Ends {
  readonly from: string;
  readonly to: string;
}

const splitEnd = (text: string): [string, string] | undefined => {
  const [namespace = '', pod = '', ...more] = text.split('/');
  return namespace === '' || pod === '' || more.length > 0 ? undefined : [namespace, pod];
};

const metadataOf = (object: object): Readonly<Record<string, unknown>> => {
  const metadata: unknown = Reflect.get(object, 'metadata');
  return isMapping(metadata) ? metadata : {};
};

/** A pod of manifests, with the labels of its namespace. */
function endOf(objects: readonly object[], [namespace, pod]: [string, string]): AskedEnd | undefined {
  const named = (kind: string, name: string) => (object: object) =>
    Reflect.get(object, 'kind') === kind && metadataOf(object)['name'] === name;
  const place = objects.find(named('Namespace', namespace));
  const found = objects.find(
    (object) => named('Pod', pod)(object) && metadataOf(object)['namespace'] === namespace,
  );
  return found === undefined
    ? undefined
    : { pod: readPod(found, place === undefined ? {} : readLabels(place)), isAssumed: false };
}

async function answerOffline(
  context: CliContext,
  ends: readonly [[string, string], [string, string]],
  { from: paths = [], protocol, port }: ReachFlags,
): Promise<Result<ReachAnswer, ApiFailure>> {
  const read = await readManifests(context, paths);
  if (!read.ok) return read;
  const { objects, unreadable } = read.value;
  const [from, to] = ends.map((end) => endOf(objects, end));
  const missing = from === undefined ? ends[0] : ends[1];
  if (from === undefined || to === undefined)
    return err(failure('E_NOT_FOUND', context.t('access.no-pod', { text: missing.join('/') })));
  const policies = new Reachability(readNetworkPolicies(objects));
  return ok(answerReach(policies, { from, to, protocol, port, unreadable }));
}

async function answerOnline(
  context: CliContext,
  [[fromNamespace, fromPod], [toNamespace, toPod]]: readonly [[string, string], [string, string]],
  { protocol, port }: ReachFlags,
): Promise<Result<ReachAnswer, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  return client.value.call('access.reach', {
    query: { fromNamespace, fromPod, toNamespace, toPod, protocol, port },
  });
}

function show(context: CliContext, flags: ReachFlags, answer: ReachAnswer): void {
  const { process, t } = context;
  renderList(process, flags.output, {
    items: answer.directions,
    whole: answer,
    columns: [
      { field: 'direction', heading: t('column.access-direction'), value: ({ direction }) => direction },
      { field: 'reach', heading: t('column.access-reach'), value: ({ reach }) => reach },
      {
        field: 'because',
        heading: t('column.access-because'),
        value: ({ because, tier, passed = [] }) =>
          [because, ...(tier === undefined ? [] : [`(${tier})`]), ...passed.map((one) => `< ${one}`)].join(
            ' ',
          ),
      },
      {
        field: 'policies',
        heading: t('column.access-policies'),
        value: ({ policies }) =>
          policies
            .map(({ kind, namespace, name }) => `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`)
            .join(' '),
      },
    ],
  });
  if (flags.output === 'table') {
    const { from, to, reach: verdict } = answer;
    const { protocol, port } = flags;
    process.stderr.write(`${t('access.reach-verdict', { from, to, protocol, port, verdict })}\n`);
  }
  tellUnreadable(context, answer.unreadable);
}

/** `access reach FROM TO --port N`. */
export const runReach = (context: CliContext, { from, to }: Ends, flags: ReachFlags): Promise<void> =>
  perform(context, async () => {
    const [start, target] = [splitEnd(from), splitEnd(to)];
    if (start === undefined) return usage(context.t('access.bad-end', { text: from }));
    if (target === undefined) return usage(context.t('access.bad-end', { text: to }));
    const ends = [start, target] as const;
    const isOffline = flags.from !== undefined && flags.from.length > 0;
    const answer = await (isOffline
      ? answerOffline(context, ends, flags)
      : answerOnline(context, ends, flags));
    if (!answer.ok) return answer;
    show(context, flags, answer.value);
    return ok(EXIT.fine);
  });
