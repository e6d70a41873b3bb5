// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { isNarrowed, useView } from '../../data/view.ts';
import { withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { ofVulnerabilities } from './export-query.ts';
import { type CveGroup, groupByCve } from './group-by-cve.ts';
import { GroupsFoot } from './groups-foot.tsx';
import { useAllFindings } from './use-all-findings.ts';

const useColumns = (filterOf: (group: CveGroup) => string): readonly Column<CveGroup>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'id',
      title: t('field.vulnerability'),
      width: 'minmax(180px, 220px)',
      cell: (group) => (
        <Link
          to="/findings"
          search={{ by: 'list', filter: filterOf(group) }}
          className="row-link"
          translate="no"
        >
          {group.id}
        </Link>
      ),
    },
    {
      id: 'severity',
      title: t('field.severity'),
      width: '96px',
      cell: (group) => <SeverityBadge severity={group.severity} />,
    },
    {
      id: 'exploited',
      title: t('finding.kev'),
      width: '130px',
      fromPx: 760,
      cell: (group) =>
        group.isExploited ? (
          <Badge tone="critical">{t('finding.exploited')}</Badge>
        ) : (
          <span className="quiet">–</span>
        ),
    },
    {
      id: 'packages',
      title: t('field.package'),
      width: 'minmax(120px, 1fr)',
      fromPx: 560,
      cell: (group) => <Cut text={group.packages.join(', ')} most={40} mono />,
    },
    {
      id: 'summary',
      title: t('finding.summary'),
      width: 'minmax(140px, 2fr)',
      fromPx: 980,
      cell: (group) => <Cut text={group.summary === '' ? '–' : group.summary} most={70} />,
    },
    {
      id: 'workloads',
      title: t('page.workloads'),
      width: '104px',
      number: true,
      fromPx: 640,
      cell: (group) => count(group.workloads),
    },
    {
      id: 'findings',
      title: t('page.findings'),
      width: '76px',
      number: true,
      cell: (group) => count(group.findings),
    },
  ];
};

/** Vulnerabilities, each with all places it was found in. */
export const FindingsByCve = ({ filter }: { filter: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const all = useAllFindings(ofVulnerabilities(filter));
  const { items } = all.list;
  const groups = useMemo(() => groupByCve(items), [items]);
  const filterOf = (group: CveGroup): string => withField(search.filter ?? '', 'vulnerability', [group.id]);
  const columns = useColumns(filterOf);
  return (
    <ListStates
      list={all.list}
      filtered={isNarrowed(search)}
      emptyTitle={t('findings.none')}
      emptyNote={t('findings.none.note')}
    >
      <DataTable
        name="findings-by-cve"
        label={t('findings.by.cve')}
        columns={columns}
        items={groups}
        rowKey={(group) => group.id}
        onOpen={(group) =>
          void navigate({ to: '/findings', search: { by: 'list', filter: filterOf(group) } })
        }
        foot={<GroupsFoot of={all} />}
      />
    </ListStates>
  );
};
