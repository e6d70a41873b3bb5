// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useT } from '../i18n/language.ts';
import { Reachable } from './reachable.tsx';

interface SidePanelProps {
  readonly title: ReactNode;
  readonly above?: ReactNode;
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Reading beside the list it came from: not modal, closed by Escape, focus goes in and back. */
export const SidePanel = ({ title, above, actions, onClose, children }: SidePanelProps) => {
  const t = useT();
  const ref = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented) close.current();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside className="panel" ref={ref} tabIndex={-1} aria-labelledby="panel-title">
      <header className="panel-head">
        <div className="stack tight" style={{ flex: 1, gap: 6 }}>
          {above}
          <h2 id="panel-title">{title}</h2>
        </div>
        {actions}
        <ActionIcon onClick={onClose} aria-label={t('panel.close')} title={t('panel.close')}>
          <IconX size={18} />
        </ActionIcon>
      </header>
      <Reachable className="panel-body" labelledBy="panel-title">
        {children}
      </Reachable>
    </aside>
  );
};
