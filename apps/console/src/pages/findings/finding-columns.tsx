// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { UseBadge } from '../../widgets/use-badge.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';

export type FindingRow = ItemOf<'finding.list'>;

const TitleCell = ({ row }: { row: FindingRow }) => {
  const t = useT();
  const { text } = useFormat();
  return (
    <span className="row">
      <Link
        to="/findings/$id"
        params={{ id: row.id }}
        search={(before) => readSearch({ ...before })}
        className="row-link cut"
        title={text(row.title)}
      >
        {text(row.title)}
      </Link>
      {row.vulnerability?.knownExploited === true && <Badge tone="critical">{t('finding.exploited')}</Badge>}
      {(row.state === 'accepted' || row.state === 'explained') && (
        <Badge tone="quiet">{t(`finding.state.${row.state}`)}</Badge>
      )}
    </span>
  );
};

/** Columns of lists of findings. */
export const useFindingColumns = ({
  withWorkload,
}: {
  withWorkload: boolean;
}): readonly Column<FindingRow>[] => {
  const t = useT();
  return useMemo(() => {
    const columns: Column<FindingRow>[] = [
      {
        id: 'title',
        title: t('finding.title'),
        width: 'minmax(180px, 3fr)',
        cell: (row) => <TitleCell row={row} />,
      },
      {
        id: 'severity',
        title: t('field.severity'),
        width: '104px',
        below: true,
        sort: 'severity',
        cell: (row) => <SeverityBadge severity={row.severity} />,
      },
      {
        id: 'kind',
        title: t('field.kind'),
        width: '124px',
        fromPx: 980,
        cell: (row) => t(`finding.kind.${row.kind}`),
      },
      {
        id: 'package',
        title: t('finding.object'),
        width: 'minmax(120px, 1fr)',
        fromPx: 820,
        cell: (row) =>
          row.package === undefined ? (
            <Cut text={row.check ?? '–'} most={32} mono />
          ) : (
            <Cut text={`${row.package.name} ${row.package.version}`} most={34} mono />
          ),
      },
      {
        id: 'use',
        title: t('use.title'),
        width: '150px',
        fromPx: 1100,
        cell: (row) => (row.package === undefined ? '–' : <UseBadge use={row.package.use} />),
      },
      {
        id: 'fix',
        title: t('finding.fix'),
        width: '120px',
        fromPx: 1240,
        cell: (row) =>
          row.fix.version === undefined ? (
            t(`fix.${row.fix.state}`)
          ) : (
            <Cut text={row.fix.version} most={18} mono />
          ),
      },
      {
        id: 'seen',
        title: t('field.first-seen'),
        width: '116px',
        sort: 'firstSeenAtMs',
        fromPx: 900,
        cell: (row) => <When at={row.firstSeenAtMs} />,
      },
    ];
    const workload: Column<FindingRow> = {
      id: 'workload',
      title: t('finding.where'),
      width: 'minmax(110px, 1fr)',
      fromPx: 640,
      cell: (row) => <WorkloadLink subject={row.subject} most={26} />,
    };
    return withWorkload ? [...columns.slice(0, 2), workload, ...columns.slice(2)] : columns;
  }, [t, withWorkload]);
};
