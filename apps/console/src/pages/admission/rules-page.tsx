// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { readSearch, useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useT } from '../../i18n/language.ts';
import { DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { AdmissionHead } from './admission-head.tsx';
import { useRuleColumns } from './rule-columns.tsx';

/** The link that opens the editor of own rules. */
const NewRule = () => {
  const t = useT();
  const may = useMay('policies:write');
  return (
    may && (
      <Button
        component={Link}
        to="/admission/editor"
        size="sm"
        leftSection={<IconPlus size={16} aria-hidden="true" />}
      >
        {t('admission.rule.new')}
      </Button>
    )
  );
};

/** Rules about what may be created in a cluster: what each does now, and what violates it. */
export const AdmissionRulesPage = () => {
  const t = useT();
  const navigate = useNavigate();
  const { search } = useView();
  const { id } = useParams({ strict: false });
  const filter = search.filter ?? '';
  const query = { ...(filter === '' ? {} : { filter }), sort: search.sort ?? 'severity' };
  const list = useList('admission.rules', { query });
  const columns = useRuleColumns();
  return (
    <div className="page fill">
      <AdmissionHead
        title={t('page.admission')}
        note={t('admission.note')}
        actions={
          <>
            <ExportMenu route="admission.rules" query={query} />
            <NewRule />
          </>
        }
      />
      <FilterBar route="admission.rules" />
      <ListStates
        list={list}
        filtered={filter !== ''}
        emptyTitle={t('admission.rules.none')}
        emptyNote={t('admission.rules.none.note')}
      >
        <DataTable
          name="admission-rules"
          label={t('admission.rules')}
          columns={columns}
          items={list.items}
          total={list.total}
          selected={id}
          rowKey={(row) => row.rule.id}
          rowHeight={54}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
          onOpen={(row) =>
            void navigate({
              to: '/admission/rules/$id',
              params: { id: row.rule.id },
              search: (before) => readSearch({ ...before }),
            })
          }
        />
      </ListStates>
      <Outlet />
    </div>
  );
};
