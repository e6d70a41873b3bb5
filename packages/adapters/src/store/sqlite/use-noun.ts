// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { UseRecord } from '../ports.ts';
import type { NounSpec } from './fields.ts';

/** Id of a record of use. */
const useId = (item: Pick<UseRecord, 'workload' | 'node'>): string => `${item.workload}|${item.node}`;

/** Use of packages, one record for each workload and node. */
export const USES: NounSpec<UseRecord> = {
  table: 'package_uses',
  visibility: 'both',
  owner: (item) => item,
  id: useId,
  fields: [
    { name: 'workload', kind: 'text', read: (item) => item.workload, indexed: true },
    { name: 'node', kind: 'text', read: (item) => item.node, indexed: true },
    { name: 'toldAtMs', kind: 'number', read: (item) => item.toldAtMs },
  ],
  words: () => [],
  defaultSort: { field: 'workload', descending: false },
};
