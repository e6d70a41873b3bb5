// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FIELD_MANAGER, type KubeObject, listOf, recordOf, textOf } from '@bartizan/adapters/kube';

/**
 * Who else wrote an object last, as the API server notes it: to the second, so our own writing just before may look as late.
 * Who only took something out is not noted at all: then nobody is named.
 */
export function lastWriter({ raw }: KubeObject): string | undefined {
  const entries = listOf(recordOf(raw['metadata'])['managedFields']).map(recordOf);
  const [last] = entries
    .filter((one) => one['manager'] !== FIELD_MANAGER)
    .toSorted((one, two) => (String(one['time'] ?? '') < String(two['time'] ?? '') ? 1 : -1));
  return textOf(last?.['manager'], 128);
}
