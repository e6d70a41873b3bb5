// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SpotlightActionData, SpotlightActionGroupData } from '@mantine/spotlight';

/** What one list answered to what was typed. */
export interface Searched {
  readonly title: string;
  readonly isError: boolean;
  readonly actions: SpotlightActionData[];
}

/** What was found, list by list; then, in one group, the lists that could not be searched: "nothing" would not be true of them. */
export const foundGroups = (
  searched: readonly Searched[],
  failed: { readonly title: string; readonly action: SpotlightActionData },
): SpotlightActionGroupData[] => {
  const found = searched
    .filter(({ isError, actions }) => !isError && actions.length > 0)
    .map(({ title, actions }) => ({ group: title, actions }));
  const missing = searched.filter(({ isError }) => isError).map(({ title }) => title);
  if (missing.length === 0) return found;
  return [...found, { group: failed.title, actions: [{ ...failed.action, label: missing.join(', ') }] }];
};
