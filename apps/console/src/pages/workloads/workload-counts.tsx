// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { useT } from '../../i18n/language.ts';
import { SeverityCounts } from '../../widgets/badges.tsx';
import { Unknown } from '../../widgets/states.tsx';

type Row = Pick<ResponseOf<'workload.list'>['items'][number], 'openFindings' | 'scannedAtMs'>;

/** Open findings of a workload. Before its first scan there may be more than is known: that is no "none". */
export const WorkloadCounts = ({ row }: { row: Row }) => {
  const t = useT();
  if (row.scannedAtMs !== undefined) return <SeverityCounts counts={row.openFindings} />;
  if (Object.keys(row.openFindings).length === 0)
    return <Unknown inline why={<span title={t('workload.not-scanned')}>{t('image.unknown')}</span>} />;
  return (
    <span className="row" style={{ gap: 8 }}>
      <span className="quiet small nowrap" title={t('workload.not-scanned')}>
        {t('image.at-least')}
      </span>
      <SeverityCounts counts={row.openFindings} />
    </span>
  );
};
