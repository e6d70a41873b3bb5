// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WorkloadRef } from '@bartizan/contracts';
import type { Field } from './fields.ts';

/** Fields of the workload that a record is about. `workload` is its id. */
export const subjectFields = <T>(subject: (item: T) => WorkloadRef): readonly Field<T>[] => [
  { name: 'workload', kind: 'text', read: (item) => subject(item).workload, indexed: true },
  { name: 'workloadKind', kind: 'text', read: (item) => subject(item).kind },
  { name: 'namespace', kind: 'text', read: (item) => subject(item).namespace },
  { name: 'name', kind: 'text', read: (item) => subject(item).name },
  { name: 'container', kind: 'text', read: (item) => subject(item).container },
  { name: 'image', kind: 'text', read: (item) => subject(item).image },
];
