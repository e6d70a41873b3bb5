// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import { ok, type Result } from '@bartizan/contracts';
import { AccessGraph, readAccess } from '@bartizan/engine/access';
import {
  apiUsesOf,
  componentsOf,
  exposureOf,
  readPostureObjects,
  secretUses,
  tellApiUses,
  tellComponent,
  tellExposure,
  tellSecret,
} from '@bartizan/engine/cluster-posture';
import { Reachability, readLabels, readNetworkPolicies } from '@bartizan/engine/reachability';
import type { ApiFailure } from '../api/client.ts';
import { columnsFor, type ItemOf } from '../commands/columns.ts';
import type { ListFlags } from '../commands/flags.ts';
import { fetchItems, runList } from '../commands/list.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { isMapping } from '../policy/kubernetes-object.ts';
import { tellUnreadable } from './questions.ts';
import { type ReadObjects, readManifests } from './read-manifests.ts';
import { withTemplatePods } from './template-pods.ts';

/** What is asked about the posture of a cluster. */
export type PostureRoute = 'access.exposure' | 'access.secrets' | 'access.components' | 'access.api-uses';
export interface PostureFlags extends ListFlags {
  /** Manifests to answer from; absent: the server answers. */
  readonly from?: readonly string[];
  /** Version of the API server, when manifests answer. */
  readonly server?: string;
}

type Answers = {
  readonly [R in PostureRoute]: (context: CliContext, read: ReadObjects, flags: PostureFlags) => ItemOf<R>[];
};

const records = ({ objects }: Pick<ReadObjects, 'objects'>) => objects.filter((object) => isMapping(object));
/** With the pods that templates will make. */
const withPods = ({ objects }: ReadObjects) => records({ objects: withTemplatePods(objects) });

function labelsOf({ objects }: ReadObjects) {
  const spaces = objects.filter((object) => Reflect.get(object, 'kind') === 'Namespace');
  return (namespace: string): Record<string, string> => {
    const found = spaces.find((space) => {
      const metadata: unknown = Reflect.get(space, 'metadata');
      return isMapping(metadata) && metadata['name'] === namespace;
    });
    return found === undefined ? {} : readLabels(found);
  };
}

const ANSWERS: Answers = {
  'access.exposure': (_, read) =>
    exposureOf(readPostureObjects(withPods(read)), {
      reachability: new Reachability(readNetworkPolicies(records(read))),
      namespaceLabels: labelsOf(read),
      // What could not be read may be a policy that guards.
      unreadPolicies: read.unreadable,
    }).map(tellExposure),
  'access.secrets': (_, read) =>
    secretUses(readPostureObjects(records(read)), new AccessGraph(readAccess(records(read)))).map(tellSecret),
  'access.components': ({ checkout }, read, { server }) => {
    const content = loadContent(join(checkout, 'content'));
    return componentsOf(readPostureObjects(withPods(read)), server, {
      lifecycle: content.ok ? content.value.lifecycle : undefined,
      nowMs: Date.now(),
      apis: { uses: records(read).flatMap((one) => apiUsesOf(one)) },
    }).map(tellComponent);
  },
  'access.api-uses': (_, read, { server }) =>
    tellApiUses(
      records(read).flatMap((one) => apiUsesOf(one)),
      server,
    ),
};

async function answerOffline<R extends PostureRoute>(
  context: CliContext,
  route: R,
  flags: PostureFlags,
): Promise<Result<number, ApiFailure>> {
  if (flags.filter !== undefined || flags.sort !== undefined) return usage(context.t('access.no-filter'));
  const read = await readManifests(context, flags.from ?? []);
  if (!read.ok) return read;
  const answer: Answers[R] = ANSWERS[route];
  const items = answer(context, read.value, flags).slice(0, flags.limit ?? Number.POSITIVE_INFINITY);
  renderList(context.process, flags.output, { items, columns: columnsFor(route, context.t) });
  tellUnreadable(context, read.value.unreadable);
  return ok(EXIT.fine);
}

/** What a server knows of versions that go, and what it does not. */
const runApiUses = (context: CliContext, flags: PostureFlags): Promise<void> =>
  perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const known = await client.value.call('access.api-uses', { query: { limit: 1 } });
    if (!known.ok) return known;
    const listed = await fetchItems(client.value, 'access.api-uses', flags);
    if (!listed.ok) return listed;
    const columns = columnsFor('access.api-uses', context.t);
    renderList(context.process, flags.output, { items: listed.value.items, columns });
    const { unread, isAuditLogHeard } = known.value;
    const { stderr } = context.process;
    if (!isAuditLogHeard) stderr.write(`${context.t('access.api-unheard')}\n`);
    if (unread.length > 0) stderr.write(`${context.t('access.api-unread', { kinds: unread.join(', ') })}\n`);
    return ok(EXIT.fine);
  });

/** `access exposure|secrets|components|api-uses`. */
export function runPosture(context: CliContext, route: PostureRoute, flags: PostureFlags): Promise<void> {
  if (flags.from !== undefined && flags.from.length > 0)
    return perform(context, () => answerOffline(context, route, flags));
  return route === 'access.api-uses' ? runApiUses(context, flags) : runList(context, route, flags);
}

/** `access probes`: exit code 3 when something answered a stranger. */
export const runProbes = (
  context: CliContext,
  { run, ...flags }: ListFlags & { readonly run: boolean },
): Promise<void> =>
  run
    ? perform(context, async () => {
        const client = await clientOf(context);
        if (!client.ok) return client;
        const done = await client.value.call('access.probe', {});
        if (!done.ok) return done;
        const listed = await fetchItems(client.value, 'access.probes', flags);
        if (!listed.ok) return listed;
        const { items } = listed.value;
        renderList(context.process, flags.output, { items, columns: columnsFor('access.probes', context.t) });
        context.process.stderr.write(`${context.t('access.probed', { ...done.value })}\n`);
        return ok(done.value.open > 0 ? EXIT.findings : EXIT.fine);
      })
    : runList(context, 'access.probes', flags);
