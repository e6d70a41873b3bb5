// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type KubeObject, listOf, recordOf, textOf } from '@bartizan/adapters/kube';

/** Who wrote an object last, as the API server notes it. */
export function lastWriter({ raw }: KubeObject): string {
  const entries = listOf(recordOf(raw['metadata'])['managedFields']).map(recordOf);
  const last = entries.toSorted((one, two) =>
    String(one['time'] ?? '') < String(two['time'] ?? '') ? 1 : -1,
  )[0];
  return textOf(last?.['manager'], 128) ?? 'somebody';
}
