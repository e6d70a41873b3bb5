// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import { DAY_MS, HOUR_MS, NOW_MS } from './random.ts';

/** Use of a package, one after the other: loaded, touched, not seen, and nothing known. */
export const mockUse = (index: number): Pick<Package, 'use'> => {
  const observedMs = 6 * DAY_MS;
  const watched = { observedMs, sinceMs: NOW_MS - observedMs };
  const lastSeenAtMs = NOW_MS - (index % 20) * HOUR_MS;
  switch (index % 4) {
    case 0:
      return {
        use: { state: 'loaded', ...watched, lastSeenAtMs, ...(index % 8 === 0 ? {} : { coarse: true }) },
      };
    case 1:
      return { use: { state: 'touched', ...watched, lastSeenAtMs } };
    case 2:
      return { use: { state: 'not-seen', ...watched } };
    default:
      return {};
  }
};
