// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { systemScope } from '@bartizan/contracts';
import type { Clock } from '../../ports.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, reply } from './route-handler.ts';

/** The audit log: the records of the caller's tenant; the chain is verified as a whole. */
export const auditRoutes = (parts: { readonly store: Store; readonly clock: Clock }) => ({
  'audit.list': answers('audit.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.audit.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'audit.verify': answers('audit.verify', async () => {
    const verified = await parts.store.audit.verify(systemScope('audit-verify'));
    return verified.ok ? reply(verified.value) : verified;
  }),
});
