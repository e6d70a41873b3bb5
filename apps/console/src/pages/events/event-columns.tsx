// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';
import { IconChevronDown, IconChevronRight, IconCornerDownRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge, VerdictBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { When } from '../../widgets/text.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';
import type { IncidentView } from './incident-rows.ts';

export type EventRow = ItemOf<'event.list'>;

/** Shows or hides the other events of the incident that a row leads. */
const IncidentToggle = ({ row, view }: { row: EventRow; view: IncidentView }) => {
  const t = useT();
  const { count } = useFormat();
  const n = view.others(row);
  if (n === 0) return null;
  const label = t('event.incident', { count: n, n: count(n) });
  return (
    <button
      type="button"
      className="chip incident-toggle"
      aria-expanded={view.isOpen(row)}
      aria-label={label}
      title={label}
      onClick={() => view.toggle(row)}
    >
      {view.isOpen(row) ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}+{count(n)}
    </button>
  );
};

const TitleCell = ({ row, view }: { row: EventRow; view: IncidentView | undefined }) => {
  const t = useT();
  const { text, count } = useFormat();
  return (
    <span className="row">
      {view?.isMember(row) === true && (
        <IconCornerDownRight size={15} role="img" aria-label={t('event.incident.part')} />
      )}
      <Link
        to="/events/$id"
        params={{ id: row.id }}
        search={(before) => readSearch({ ...before })}
        className="row-link cut"
        title={text(row.message)}
      >
        {text(row.title)}
      </Link>
      {row.aggregation.count > 1 && (
        <span className="chip" title={t('event.folded', { n: count(row.aggregation.count) })}>
          ×{count(row.aggregation.count)}
        </span>
      )}
      {view !== undefined && <IncidentToggle row={row} view={view} />}
      {row.source === 'fallback' && <span className="chip">{t('event.fallback')}</span>}
    </span>
  );
};

/** Columns of lists of security events. */
export const useEventColumns = ({
  withWorkload,
  incidents,
}: {
  withWorkload: boolean;
  incidents?: IncidentView;
}): readonly Column<EventRow>[] => {
  const t = useT();
  return useMemo(() => {
    const head: Column<EventRow>[] = [
      {
        id: 'title',
        title: t('event.what'),
        width: 'minmax(170px, 2.4fr)',
        cell: (row) => <TitleCell row={row} view={incidents} />,
      },
      {
        id: 'severity',
        title: t('field.severity'),
        width: '104px',
        below: true,
        cell: (row) => <SeverityBadge severity={row.severity} />,
      },
    ];
    const workload: Column<EventRow> = {
      id: 'workload',
      title: t('field.workload'),
      width: 'minmax(120px, 1.2fr)',
      fromPx: 600,
      cell: (row) => <WorkloadLink subject={row.workload} most={30} />,
    };
    const tail: Column<EventRow>[] = [
      {
        id: 'process',
        title: t('event.process'),
        width: 'minmax(90px, 0.8fr)',
        fromPx: 980,
        cell: (row) => <span translate="no">{visibleText(row.chain?.process.name ?? '–')}</span>,
      },
      {
        id: 'technique',
        title: t('field.attack'),
        width: '104px',
        fromPx: 1120,
        cell: (row) => <span translate="no">{row.attack[0] ?? '–'}</span>,
      },
      {
        id: 'verdict',
        title: t('field.verdict'),
        width: '116px',
        fromPx: 760,
        cell: (row) => <VerdictBadge verdict={row.decision.verdict} />,
      },
      {
        id: 'when',
        title: t('event.when'),
        width: '112px',
        cell: (row) => <When at={row.occurredAtMs} />,
      },
    ];
    return withWorkload ? [...head, workload, ...tail] : [...head, ...tail];
  }, [t, withWorkload, incidents]);
};
