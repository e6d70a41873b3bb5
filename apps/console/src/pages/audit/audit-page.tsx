// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { Button } from '@mantine/core';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../data/api-client.ts';
import { useListRange } from '../../data/list-range.ts';
import { type ItemOf, useList } from '../../data/queries.ts';
import { useView } from '../../data/view.ts';
import { FilterBar } from '../../filter/filter-bar.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { type Column, DataTable } from '../../widgets/data-table.tsx';
import { ExportMenu } from '../../widgets/export-menu.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { FailureLine } from '../../widgets/states.tsx';
import { Copy, Cut, When } from '../../widgets/text.tsx';

type Row = ItemOf<'audit.list'>;
const OUTCOME_TONES = { success: 'ok', refused: 'medium', failed: 'critical' } as const;
const BROKEN_TEXTS = {
  record: 'audit.broken',
  head: 'audit.broken.head',
  earlier: 'audit.broken.earlier',
} as const;

/** Walks the hash chain on the controller and says what came out. */
const VerifyChain = () => {
  const t = useT();
  const { count, exact } = useFormat();
  const verify = useMutation({ mutationFn: () => call('audit.verify') });
  const result = verify.data;
  return (
    <>
      <Button
        variant="default"
        size="sm"
        loading={verify.isPending}
        onClick={() => verify.mutate()}
        leftSection={<IconShieldCheck size={16} aria-hidden="true" />}
      >
        {t('audit.verify')}
      </Button>
      <div role="status" className="audit-result">
        {verify.isError && <FailureLine error={verify.error} />}
        {result !== undefined && (
          <div className="banner" data-tone={result.intact ? 'ok' : 'error'}>
            {result.intact ? (
              <IconShieldCheck size={18} color="var(--ok)" aria-hidden="true" />
            ) : (
              <IconShieldX size={18} color="var(--danger)" aria-hidden="true" />
            )}
            <strong>
              {result.intact
                ? t('audit.intact', { n: count(result.records) })
                : t(BROKEN_TEXTS[result.fault ?? 'record'], {
                    n: count(result.firstBroken ?? 0),
                    at: result.brokenSinceMs === undefined ? '' : exact(result.brokenSinceMs),
                  })}
            </strong>
            <span className="row small quiet">
              {t('audit.head')} <Cut text={result.headHash} most={28} mono />
              <Copy value={result.headHash} />
            </span>
          </div>
        )}
      </div>
    </>
  );
};

const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { count, text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'action',
        title: t('field.action'),
        width: 'minmax(150px, 1fr)',
        cell: (row) => <code>{row.action}</code>,
      },
      {
        id: 'actor',
        title: t('field.actor'),
        width: 'minmax(120px, 1fr)',
        below: true,
        cell: (row) => (
          <span>
            <span translate="no">{visibleText(row.actor)}</span>{' '}
            <span className="quiet small">{t(`audit.actor.${row.actorKind}`)}</span>
          </span>
        ),
      },
      { id: 'when', title: t('event.when'), width: '116px', cell: (row) => <When at={row.atMs} /> },
      {
        id: 'target',
        title: t('audit.target'),
        width: 'minmax(120px, 1.2fr)',
        fromPx: 720,
        cell: (row) => <Cut text={row.target === '' ? '–' : row.target} most={36} />,
      },
      {
        id: 'outcome',
        title: t('field.outcome'),
        width: '110px',
        fromPx: 440,
        cell: (row) => <Badge tone={OUTCOME_TONES[row.outcome]}>{t(`audit.${row.outcome}`)}</Badge>,
      },
      {
        id: 'detail',
        title: t('audit.detail'),
        width: 'minmax(120px, 1.6fr)',
        fromPx: 960,
        cell: (row) =>
          row.told === undefined ? (
            <span translate="no" title={visibleText(row.detail)}>
              {visibleText(row.detail)}
            </span>
          ) : (
            <span title={text(row.told)}>{text(row.told)}</span>
          ),
      },
      {
        id: 'address',
        title: t('audit.address'),
        width: '130px',
        fromPx: 1180,
        cell: (row) => (
          <span translate="no" className="mono">
            {row.sourceAddress ?? '–'}
          </span>
        ),
      },
      {
        id: 'sequence',
        title: t('audit.sequence'),
        width: '72px',
        number: true,
        fromPx: 820,
        cell: (row) => count(row.sequence),
      },
    ],
    [t, count, text],
  );
};

/** Who changed what, in a chain that shows tampering. */
export const AuditPage = () => {
  const t = useT();
  const { search } = useView();
  const range = useListRange();
  const query = { ...range.query, ...(search.filter === undefined ? {} : { filter: search.filter }) };
  const list = useList('audit.list', { query });
  const columns = useColumns();
  return (
    <div className="page fill">
      <div className="page-head">
        <div>
          <h1>{t('page.audit')}</h1>
          <p>{t('audit.note')}</p>
        </div>
        <span className="row wrap">
          <VerifyChain />
          <ExportMenu route="audit.list" query={query} />
        </span>
      </div>
      <FilterBar route="audit.list" />
      <ListStates
        list={list}
        filtered={search.filter !== undefined}
        emptyTitle={t('audit.none')}
        emptyNote={t('audit.none.note')}
      >
        <DataTable
          name="audit"
          label={t('page.audit')}
          columns={columns}
          items={list.items}
          total={list.total}
          rowKey={(row) => String(row.sequence)}
          hasMore={list.hasNextPage && !list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      </ListStates>
    </div>
  );
};
