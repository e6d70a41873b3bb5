// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRuleRow } from '@bartizan/contracts';
import { useState } from 'react';
import { useApi } from '../../data/queries.ts';

interface Opened {
  readonly id: string;
  readonly row: AdmissionRuleRow;
}
interface Asked {
  readonly data: AdmissionRuleRow | undefined;
  readonly status: 'pending' | 'error' | 'success';
  readonly fetchStatus: 'fetching' | 'paused' | 'idle';
}

/**
 * The version that is written on: the first one that is answered after the editor was opened. One that was kept from
 * before may be an older one, whose save is refused; later ones do not change what the text began with.
 */
export const openedNext = (before: Opened | undefined, id: string, asked: Asked): Opened | undefined => {
  if (before?.id === id) return before;
  const { data, status, fetchStatus } = asked;
  return status === 'success' && fetchStatus === 'idle' && data !== undefined ? { id, row: data } : undefined;
};

/** Asks for the rule that the editor opens with; without an id a new one is written. */
export const useOpenedRule = (id: string | undefined) => {
  const asked = useApi('admission.rule', {
    params: { id: id ?? '' },
    enabled: id !== undefined,
    isAnew: true,
  });
  const [opened, setOpened] = useState<Opened>();
  const current = id === undefined ? undefined : openedNext(opened, id, asked);
  if (current !== opened) setOpened(current);
  return { asked, row: current?.row };
};
