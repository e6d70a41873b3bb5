// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useState } from 'react';
import { isRelativeRange } from '../format/time.ts';
import { useRange } from './view.ts';

/**
 * The range of a list: fixed while it is read, so that a moving clock does not reload it. A range that moves with the
 * clock has no end; `renew` moves its start to now.
 */
export const useListRange = () => {
  const { text, fromMs, toMs } = useRange();
  const [frozen, setFrozen] = useState({ text, fromMs, toMs });
  const current = frozen.text === text ? frozen : { text, fromMs, toMs };
  if (frozen.text !== text) setFrozen(current);
  const from = Math.floor(current.fromMs);
  const query = isRelativeRange(text) ? { from } : { from, to: Math.ceil(current.toMs) };
  return { query, renew: () => setFrozen({ text, fromMs, toMs }) };
};
