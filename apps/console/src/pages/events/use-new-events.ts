// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useCallback, useState } from 'react';
import { type LiveMessage, useLive } from '../../data/live.ts';
import { nothingFresh, offerOf, type ShownList, withMessage } from './new-events.ts';

/**
 * Counts events that arrived since the list was loaded. The list itself does not move until the reader asks:
 * nothing may slide under the pointer.
 */
export const useNewEvents = (list: ShownList, isLive: boolean) => {
  const { filter, asOfMs } = list;
  const [fresh, setFresh] = useState(() => nothingFresh(filter));
  const take = useCallback(
    (message: LiveMessage): void => {
      if (isLive) setFresh((before) => withMessage(before, message, { filter, asOfMs }));
    },
    [filter, asOfMs, isLive],
  );
  useLive(take);
  return { ...offerOf(fresh, list), clear: () => setFresh(nothingFresh(filter)) };
};
