// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import { pageOf } from './known-rows.ts';
import { reply } from './route-handler.ts';

/** A page of rows with the kinds that were not read for it: what is not in it may be there all the same. */
export function partialPage<T extends object>(
  found: {
    readonly rows: Result<readonly T[], ApiFailure>;
    readonly unread: Result<readonly string[], ApiFailure>;
  },
  asked: Parameters<typeof pageOf<T>>[1],
  known: Parameters<typeof pageOf<T>>[2],
) {
  const page = pageOf(found.rows, asked, known);
  if (!page.ok) return page;
  if (!found.unread.ok) return found.unread;
  return reply({ ...page.value.body, unreadable: [...found.unread.value] });
}
