// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListQuery } from '@bartizan/contracts';
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { type ExportFormat, exportList } from '../data/download.ts';
import type { ListRoute } from '../data/queries.ts';
import { useT } from '../i18n/language.ts';
import { useToast } from './toast.tsx';

interface ExportMenuProps {
  readonly route: ListRoute;
  readonly query: ListQuery;
  readonly params?: Readonly<Record<string, string>>;
}
const FORMATS = ['csv', 'csv-excel', 'json'] as const satisfies readonly ExportFormat[];

/** Saves what the filter matches, all of it, in the order shown. */
export const ExportMenu = ({ route, query, params }: ExportMenuProps) => {
  const t = useT();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const run = async (format: ExportFormat): Promise<void> => {
    setBusy(true);
    try {
      await exportList(route, { query, ...(params === undefined ? {} : { params }) }, format);
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          loading={busy}
          leftSection={<IconDownload size={16} aria-hidden="true" />}
        >
          {t('export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('export.note')}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void run(format)}>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
