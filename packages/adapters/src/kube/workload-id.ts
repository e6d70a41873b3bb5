// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Workload } from '@bartizan/contracts';

/** What names a workload. */
export interface WorkloadName {
  readonly kind: Workload['kind'];
  readonly namespace: string;
  readonly name: string;
}

/** The id of a workload as agents make it too (a case of the testkit holds both): they meet without being told. */
export const workloadIdOf = (cluster: string, { kind, namespace, name }: WorkloadName): string =>
  `w-${createHash('sha256').update(`${cluster}\n${kind}\n${namespace}\n${name}`).digest('hex').slice(0, 20)}`;
