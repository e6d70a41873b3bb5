// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReportFormat } from '@bartizan/contracts';
import { IconDownload } from '@tabler/icons-react';
import { send } from '../../data/api-client.ts';
import { saveFile } from '../../data/download.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SaveMenu } from '../../widgets/save-menu.tsx';

const FORMATS = ['pdf', 'csv', 'oscal', 'json'] as const satisfies readonly ReportFormat[];
const TYPES: Readonly<Record<ReportFormat, readonly [string, string]>> = {
  pdf: ['application/pdf', 'pdf'],
  csv: ['text/csv', 'csv'],
  oscal: ['application/json', 'oscal.json'],
  json: ['application/json', 'json'],
};

interface DownloadMenuProps {
  readonly framework: string;
  readonly button: string;
  readonly compare?: string | undefined;
}

/** Saves a report in the language of the reader. */
export const DownloadMenu = ({ framework, button, compare }: DownloadMenuProps) => {
  const t = useT();
  const { language } = useFormat();
  const save = async (format: ReportFormat): Promise<void> => {
    const response = await send('compliance.report', {
      query: { framework, format, lang: language, ...(compare === undefined ? {} : { compare }) },
    });
    const [type, extension] = TYPES[format];
    const day = new Date().toISOString().slice(0, 10);
    saveFile(
      new Blob([await response.arrayBuffer()], { type }),
      `bartizan-${framework}-${language}-${day}.${extension}`,
    );
  };
  return (
    <SaveMenu
      button={button}
      icon={<IconDownload size={16} aria-hidden="true" />}
      note={t('compliance.download.note')}
      formats={FORMATS}
      nameOf={(format) => t(`compliance.download.${format}`)}
      save={save}
    />
  );
};
