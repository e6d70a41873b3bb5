// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useCallback, useEffect, useState } from 'react';
import { asSecurityEvent, type LiveMessage, useLive } from '../../data/live.ts';
import { parseFilter } from '../../filter/tokens.ts';
import { matchesFilter } from './matches.ts';

/**
 * Counts events that arrived since the list was loaded. The list itself does not move until the reader asks:
 * nothing may slide under the pointer.
 */
export const useNewEvents = (filter: string, isLive: boolean) => {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const clear = useCallback(() => setIds(new Set()), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts another count
  useEffect(clear, [filter, clear]);
  const take = useCallback(
    (message: LiveMessage): void => {
      const event = asSecurityEvent(message.data);
      if (!isLive || event === undefined || !matchesFilter(event, parseFilter(filter))) return;
      setIds((before) => (before.has(event.id) ? before : new Set([...before, event.id])));
    },
    [filter, isLive],
  );
  useLive(take);
  return { count: ids.size, clear };
};
