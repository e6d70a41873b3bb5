// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AdmissionModes } from './admission-words.tsx';

export type RuleRow = ItemOf<'admission.rules'>;

/** Objects that violate a rule now. Without a watched cluster nobody knows: that is no zero. */
export const ViolationCount = ({
  row,
}: {
  row: Pick<RuleRow, 'rule' | 'modes' | 'violations' | 'unknown'>;
}) => {
  const t = useT();
  const { count } = useFormat();
  // Nobody counts what a rule that is not asked would find.
  if (row.violations === undefined && row.modes.includes('off')) return '–';
  if (row.violations === undefined) return <Unknown inline why={t('admission.not-watched')} />;
  const more =
    (row.unknown ?? 0) > 0 ? (
      <span className="quiet small"> {t('admission.and-unknown', { n: count(row.unknown ?? 0) })}</span>
    ) : null;
  if (row.violations === 0) {
    return (
      <span>
        {count(0)}
        {more}
      </span>
    );
  }
  return (
    <span>
      <Link to="/findings" search={{ by: 'list', filter: `kind:policy check:${row.rule.id}` }}>
        {count(row.violations)}
      </Link>
      {more}
    </span>
  );
};

const Title = ({ row }: { row: RuleRow }) => {
  const { text } = useFormat();
  return (
    <span className="two-lines">
      <Link
        to="/admission/rules/$id"
        params={{ id: row.rule.id }}
        search={(before) => readSearch({ ...before })}
        className="row-link cut"
        title={text(row.rule.title)}
      >
        {text(row.rule.title)}
      </Link>
      <span className="small quiet">
        <Cut text={row.rule.id} most={60} mono />
      </span>
    </span>
  );
};

/** Columns of the list of rules. */
export const useRuleColumns = (): readonly Column<RuleRow>[] => {
  const t = useT();
  return useMemo(
    () => [
      {
        id: 'title',
        title: t('field.rule'),
        width: 'minmax(200px, 3fr)',
        sort: 'title',
        cell: (row) => <Title row={row} />,
      },
      {
        id: 'severity',
        title: t('field.severity'),
        width: '104px',
        sort: 'severity',
        fromPx: 480,
        cell: (row) => <SeverityBadge severity={row.rule.severity} />,
      },
      {
        id: 'modes',
        title: t('admission.modes-now'),
        width: 'minmax(100px, 190px)',
        fromPx: 620,
        cell: (row) => <AdmissionModes modes={row.modes} refused={row.refused} />,
      },
      {
        id: 'violations',
        title: t('admission.violations'),
        width: '180px',
        sort: 'violations',
        fromPx: 820,
        cell: (row) => <ViolationCount row={row} />,
      },
      {
        id: 'native',
        title: t('admission.native'),
        width: '150px',
        fromPx: 1000,
        cell: (row) => t(`admission.native.${row.native}`),
      },
      {
        id: 'origin',
        title: t('admission.origin'),
        width: '110px',
        fromPx: 1120,
        cell: (row) => t(`admission.origin.${row.origin}`),
      },
    ],
    [t],
  );
};
