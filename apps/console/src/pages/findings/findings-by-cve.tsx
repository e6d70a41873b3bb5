// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { joinFilters, withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { type CveGroup, groupByCve } from './group-by-cve.ts';

/** Findings that are grouped at most; beyond, the page says that the groups are not whole. */
const FINDINGS_MAX = 10_000;

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
      width: '104px',
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
      width: '90px',
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
  const list = useList('finding.list', {
    query: { filter: joinFilters(filter, 'kind:vulnerability'), limit: 1000 },
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, items } = list;
  const isWhole = !hasNextPage;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && items.length < FINDINGS_MAX) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, items.length]);
  const groups = useMemo(() => groupByCve(items), [items]);
  const filterOf = (group: CveGroup): string => withField(search.filter ?? '', 'vulnerability', [group.id]);
  const columns = useColumns(filterOf);
  return (
    <ListStates
      list={list}
      filtered={search.filter !== undefined}
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
        foot={
          !isWhole &&
          items.length >= FINDINGS_MAX && <strong className="warn-text">{t('findings.by.cve.cut')}</strong>
        }
      />
    </ListStates>
  );
};
