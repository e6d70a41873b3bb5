// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListQuery } from '@bartizan/contracts';
import { IconDownload } from '@tabler/icons-react';
import { type ExportFormat, exportList } from '../data/download.ts';
import type { ListRoute } from '../data/queries.ts';
import { useT } from '../i18n/language.ts';
import { SaveMenu } from './save-menu.tsx';

const FORMATS = ['csv', 'csv-excel', 'json'] as const satisfies readonly ExportFormat[];

/** Saves what is shown, in the order shown, as a table or as JSON. */
export const ExportAs = ({ save }: { save: (format: ExportFormat) => Promise<void> | void }) => {
  const t = useT();
  return (
    <SaveMenu
      button={t('export.button')}
      icon={<IconDownload size={16} aria-hidden="true" />}
      note={t('export.note')}
      formats={FORMATS}
      nameOf={(format) => t(`export.${format}`)}
      save={save}
    />
  );
};

interface ExportMenuProps {
  readonly route: ListRoute;
  readonly query: ListQuery;
  readonly params?: Readonly<Record<string, string>>;
}
/** Saves what the filter matches, all of it, in the order shown. */
export const ExportMenu = ({ route, query, params }: ExportMenuProps) => (
  <ExportAs
    save={(format) => exportList(route, { query, ...(params === undefined ? {} : { params }) }, format)}
  />
);
