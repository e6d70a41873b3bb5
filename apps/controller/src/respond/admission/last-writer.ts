// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FIELD_MANAGER, type KubeObject, listOf, recordOf, textOf } from '@bartizan/adapters/kube';

/** Who else wrote an object last, as the API server notes it: to the second, so our own writing just before may look as late. */
export function lastWriter({ raw }: KubeObject): string {
  const entries = listOf(recordOf(raw['metadata'])['managedFields']).map(recordOf);
  const others = entries.filter((one) => one['manager'] !== FIELD_MANAGER);
  const last = (others.length === 0 ? entries : others).toSorted((one, two) =>
    String(one['time'] ?? '') < String(two['time'] ?? '') ? 1 : -1,
  )[0];
  return textOf(last?.['manager'], 128) ?? 'somebody';
}
