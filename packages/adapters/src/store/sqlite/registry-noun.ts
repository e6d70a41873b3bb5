// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry } from '@bartizan/contracts';
import type { NounSpec } from './fields.ts';

/** Registries, by name. Their secrets are sealed settings, never part of the record. */
export const REGISTRIES: NounSpec<Registry> = {
  table: 'registries',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'kind', kind: 'text', read: (item) => item.kind },
    { name: 'host', kind: 'text', read: (item) => item.host },
    { name: 'state', kind: 'text', read: (item) => item.run.state },
    { name: 'schedule', kind: 'text', read: (item) => item.schedule.kind },
    { name: 'images', kind: 'number', read: (item) => item.run.images },
    { name: 'failed', kind: 'number', read: (item) => item.run.failed },
    { name: 'nextAtMs', kind: 'number', read: (item) => item.run.nextAtMs },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
    { name: 'updatedAtMs', kind: 'number', read: (item) => item.updatedAtMs },
  ],
  words: (item) => [item.name, item.host, item.kind],
  defaultSort: { field: 'name', descending: false },
};
