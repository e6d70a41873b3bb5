// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { hideNotification, showNotification } from '@mantine/notifications';
import { useMemo } from 'react';
import { ApiError, UNREACHABLE } from '../data/api-error.ts';
import { useT } from '../i18n/language.ts';

/** Long enough to read the note, think and reach it, as WCAG 2.2.1 asks of what goes by itself; a pointer on it stops the clock. */
const UNDO_MS = 20_000;
let number = 0;

/** Short notes in the corner: done (with undo where there is one) or failed (with code and remedy). */
export const useToast = () => {
  const t = useT();
  return useMemo(
    () => ({
      done: (message: string, undo?: () => void): void => {
        number += 1;
        const id = `toast-${number}`;
        showNotification({
          id,
          color: 'accent',
          autoClose: undo === undefined ? 4_000 : UNDO_MS,
          closeButtonProps: { 'aria-label': t('panel.close') },
          message: (
            <span className="row apart">
              {message}
              {undo !== undefined && (
                <Button
                  size="compact-xs"
                  variant="light"
                  onClick={() => {
                    hideNotification(id);
                    undo();
                  }}
                >
                  {t('toast.undo')}
                </Button>
              )}
            </span>
          ),
        });
      },
      failed: (error: unknown): void => {
        const known = error instanceof ApiError && error.code !== UNREACHABLE;
        showNotification({
          color: 'red',
          autoClose: 10_000,
          closeButtonProps: { 'aria-label': t('panel.close') },
          title: known && error.title !== '' ? error.title : t('error.unreachable'),
          message: (
            <span>
              {known ? error.remedy : t('error.unreachable.remedy')} {known && <code>{error.code}</code>}
            </span>
          ),
        });
      },
    }),
    [t],
  );
};
