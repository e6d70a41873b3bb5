// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconArrowUp } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useFormat } from '../../format/use-format.ts';
import { useIsLive } from '../../frame/range-picker.tsx';
import { useT } from '../../i18n/language.ts';
import type { ShownList } from './new-events.ts';
import { useNewEvents } from './use-new-events.ts';

/** "17 new": the only thing that changes by itself at a list of events. `onShow` comes before the list is read again. */
export const NewPill = ({ of, onShow }: { of: ShownList; onShow?: () => void }) => {
  const t = useT();
  const { count } = useFormat();
  const client = useQueryClient();
  const fresh = useNewEvents(of, useIsLive());
  const n = fresh.count;
  const show = (): void => {
    fresh.clear();
    onShow?.();
    void client.invalidateQueries({ queryKey: ['event.list'] });
  };
  if (n === 0 && !fresh.mayMiss) return <div className="pill-holder" aria-live="polite" />;
  return (
    <div className="pill-holder" aria-live="polite">
      <button type="button" className="new-pill" onClick={show}>
        <IconArrowUp size={14} aria-hidden="true" />
        {n === 0 ? t('events.missed') : t('events.new', { count: n, n: count(n) })}
      </button>
    </div>
  );
};
