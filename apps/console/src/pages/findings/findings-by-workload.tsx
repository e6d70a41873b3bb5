// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { isNarrowed, useView } from '../../data/view.ts';
import { withField } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityCounts } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { workloadName } from '../../widgets/workload-link.tsx';
import { groupByWorkload, type SubjectGroup } from './group-by-workload.ts';
import { GroupsFoot } from './groups-foot.tsx';
import { useAllFindings } from './use-all-findings.ts';

const nameOf = ({ subject }: SubjectGroup): string =>
  subject.kind === 'Image' ? visibleText(subject.image ?? subject.name) : workloadName(subject);

const useColumns = (filterOf: (group: SubjectGroup) => string): readonly Column<SubjectGroup>[] => {
  const t = useT();
  const { count } = useFormat();
  return [
    {
      id: 'name',
      title: t('finding.where'),
      width: 'minmax(160px, 2fr)',
      cell: (group) => (
        <Link
          to="/findings"
          search={{ by: 'list', filter: filterOf(group) }}
          className="row-link cut"
          title={nameOf(group)}
          translate="no"
        >
          {nameOf(group)}
        </Link>
      ),
    },
    {
      id: 'image',
      title: t('field.image'),
      width: 'minmax(140px, 2fr)',
      fromPx: 760,
      cell: ({ subject }) => <Cut text={subject.image ?? '–'} mono />,
    },
    {
      id: 'findings',
      title: t('page.findings'),
      width: 'minmax(130px, 330px)',
      cell: (group) => <SeverityCounts counts={group.counts} />,
    },
    {
      id: 'all',
      title: t('findings.in-all'),
      width: '90px',
      number: true,
      fromPx: 560,
      cell: (group) => count(group.findings),
    },
  ];
};

/** Where the findings of the filter are, the worst place first; a row leads to its findings. */
export const FindingsByWorkload = ({ filter }: { filter: string }) => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const all = useAllFindings(filter);
  const { items } = all.list;
  const groups = useMemo(() => groupByWorkload(items), [items]);
  const filterOf = ({ subject }: SubjectGroup): string =>
    withField(search.filter ?? '', 'workload', [subject.workload]);
  const columns = useColumns(filterOf);
  return (
    <ListStates
      list={all.list}
      filtered={isNarrowed(search)}
      emptyTitle={t('findings.none')}
      emptyNote={t('findings.none.note')}
    >
      <DataTable
        name="findings-by-workload"
        label={t('findings.by.workload')}
        columns={columns}
        items={groups}
        rowKey={({ subject }) => subject.workload}
        onOpen={(group) =>
          void navigate({ to: '/findings', search: { by: 'list', filter: filterOf(group) } })
        }
        foot={<GroupsFoot of={all} />}
      />
    </ListStates>
  );
};
