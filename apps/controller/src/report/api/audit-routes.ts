// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { systemScope } from '@bartizan/contracts';
import type { Clock } from '../../ports.ts';
import { auditWords } from './audit-words.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, reply } from './route-handler.ts';

/** The audit log: the records of the caller's tenant; the chain is verified as a whole. */
export const auditRoutes = (parts: { readonly store: Store; readonly clock: Clock }) => ({
  'audit.list': answers('audit.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.audit.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = page.value.items.map((record) => {
      const told = auditWords(record.detail);
      return told === undefined ? record : { ...record, told };
    });
    return reply(pageBody({ ...page.value, items }, parts.clock.nowMs()));
  }),
  'audit.verify': answers('audit.verify', async () => {
    const verified = await parts.store.audit.verify(systemScope('audit-verify'));
    return verified.ok ? reply(verified.value) : verified;
  }),
});
