// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useT } from '../i18n/language.ts';

const KEY = 'bartizan-first-steps';
const isDone = (): boolean => {
  try {
    return localStorage.getItem(KEY) === 'done';
  } catch {
    return true;
  }
};

/** Three steps on the first visit, in a corner; one click puts them away for ever. */
export const FirstSteps = () => {
  const t = useT();
  const [done, setDone] = useState(isDone);
  if (done) return null;
  const dismiss = (): void => {
    setDone(true);
    try {
      localStorage.setItem(KEY, 'done');
    } catch {
      // Shown again next time then.
    }
  };
  return (
    <aside className="first-steps" aria-label={t('first.title')}>
      <div className="row apart">
        <h2 className="small">{t('first.title')}</h2>
        <ActionIcon size="sm" onClick={dismiss} aria-label={t('first.dismiss')} title={t('first.dismiss')}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <ol>
        <li>
          <Link to="/workloads">{t('first.see')}</Link>
        </li>
        <li>
          <Link to="/findings">{t('first.found')}</Link>
        </li>
        <li>
          <Link to="/nodes">{t('first.reach')}</Link>
        </li>
      </ol>
    </aside>
  );
};
