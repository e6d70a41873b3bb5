// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import type { Clock, RegistryDesk } from '../../ports.ts';
import { namesVersion } from '../http/etag.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly registries: RegistryDesk;
}

/** Registries: what is set, whether they answer, and the runs over them. A secret goes in and never comes out. */
export const registryHandlers = ({ store, clock, registries }: Parts) => ({
  'registry.list': answers('registry.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await store.registries.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, clock.nowMs())) : page;
  }),
  'registry.show': answers('registry.show', async ({ scope, params }) => {
    const found = await store.registries.get(scope, params.id);
    if (!found.ok) return found;
    return found.value === undefined
      ? refuse('E_NOT_FOUND', `there is no registry ${params.id}`)
      : reply(found.value, { version: versionOf(found.value) });
  }),
  'registry.create': answers('registry.create', async ({ caller, body }) => {
    const made = await registries.create(caller, body);
    return made.ok ? reply(made.value, { target: made.value.id, auditDetail: labelOf(made.value) }) : made;
  }),
  'registry.update': answers('registry.update', async ({ caller, params, body, ifMatch }) => {
    const based =
      ifMatch === undefined
        ? {}
        : { isBasedOn: (updatedAtMs: number) => namesVersion(ifMatch, versionOf({ updatedAtMs })) };
    const changed = await registries.update(caller, { id: params.id, ...based }, body);
    if (!changed.ok) return changed;
    return reply(changed.value, { version: versionOf(changed.value), auditDetail: labelOf(changed.value) });
  }),
  'registry.remove': answers('registry.remove', async ({ caller, params }) => {
    const removed = await registries.remove(caller, params.id);
    return removed.ok ? reply({ removed: true }) : removed;
  }),
  'registry.try': answers('registry.try', async ({ caller, body }) => {
    const tried = await registries.tryOut(caller, body.settings, body.id);
    if (!tried.ok) return tried;
    const { ok, code } = tried.value;
    const target = body.id ?? body.settings.host;
    return reply(tried.value, {
      target,
      auditDetail: `${labelOf(body.settings)} ${code ?? (ok ? 'ok' : '')}`,
    });
  }),
  'registry.scan': answers('registry.scan', async ({ caller, params }) => {
    const started = await registries.start(caller, params.id);
    return started.ok ? reply(started.value, { auditDetail: labelOf(started.value) }) : started;
  }),
  'registry.cancel': answers('registry.cancel', async ({ caller, params }) => {
    const cancelled = await registries.cancel(caller, params.id);
    return cancelled.ok ? reply(cancelled.value, { auditDetail: labelOf(cancelled.value) }) : cancelled;
  }),
});

/** Settings by when they were changed: the progress of a run, beside them, is no change of them. */
const versionOf = ({ updatedAtMs }: { readonly updatedAtMs: number }): string => String(updatedAtMs);

const labelOf = ({ kind, host }: { readonly kind: string; readonly host: string }): string =>
  `${kind} ${host}`;
