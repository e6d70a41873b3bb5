// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useCallback, useState } from 'react';
import { asSecurityEvent, type LiveMessage, useLive } from '../../data/live.ts';
import { parseFilter } from '../../filter/tokens.ts';
import { matchesFilter } from './matches.ts';

interface Fresh {
  readonly filter: string;
  readonly ids: ReadonlySet<string>;
}

/**
 * Counts events that arrived since the list was loaded. The list itself does not move until the reader asks:
 * nothing may slide under the pointer. Another filter starts another count.
 */
export const useNewEvents = (filter: string, isLive: boolean) => {
  const [fresh, setFresh] = useState<Fresh>({ filter, ids: new Set() });
  const take = useCallback(
    (message: LiveMessage): void => {
      const event = asSecurityEvent(message.data);
      if (!isLive || event === undefined || !matchesFilter(event, parseFilter(filter))) return;
      setFresh((before) => ({
        filter,
        ids: new Set([...(before.filter === filter ? before.ids : []), event.id]),
      }));
    },
    [filter, isLive],
  );
  useLive(take);
  return {
    count: fresh.filter === filter ? fresh.ids.size : 0,
    clear: () => setFresh({ filter, ids: new Set() }),
  };
};
