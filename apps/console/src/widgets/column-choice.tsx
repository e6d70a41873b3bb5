// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ActionIcon, Checkbox, Popover } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { useState } from 'react';
import { useT } from '../i18n/language.ts';

const storageKey = (table: string): string => `bartizan-columns-${table}`;
const readHidden = (table: string): string[] => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey(table)) ?? '[]');
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
};

/** Columns the reader put away, remembered on this browser. */
export const useHiddenColumns = (table: string): [readonly string[], (hidden: readonly string[]) => void] => {
  const [hidden, setHidden] = useState<readonly string[]>(() => readHidden(table));
  const change = (next: readonly string[]): void => {
    setHidden(next);
    try {
      localStorage.setItem(storageKey(table), JSON.stringify(next));
    } catch {
      // Not remembered then.
    }
  };
  return [hidden, change];
};

interface ColumnChoiceProps {
  readonly columns: readonly { readonly id: string; readonly title: string }[];
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
}
/** Chooses which columns to show; the first always stays. */
export const ColumnChoice = ({ columns, hidden, onChange }: ColumnChoiceProps) => {
  const t = useT();
  return (
    <Popover position="top-end" shadow="md" withinPortal trapFocus>
      <Popover.Target>
        <ActionIcon size="sm" aria-label={t('table.columns')} title={t('table.columns')}>
          <IconColumns3 size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack tight">
          {columns.slice(1).map((column) => (
            <Checkbox
              key={column.id}
              size="xs"
              label={column.title}
              checked={!hidden.includes(column.id)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked
                    ? hidden.filter((id) => id !== column.id)
                    : [...hidden, column.id],
                )
              }
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
};
