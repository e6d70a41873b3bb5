// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinFilters, parseFilter } from '../../filter/tokens.ts';

/** Findings are the open ones unless the filter speaks of the state itself. */
export const withOpenState = (filter: string): string =>
  parseFilter(filter).some((term) => term.field === 'state') ? filter : joinFilters(filter, 'state:open');
