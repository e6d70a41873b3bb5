// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';
import { originColumn, subjectColumn } from './subject-columns.tsx';

type Risk = ItemOf<'access.risks'>;

const useColumns = (): readonly Column<Risk>[] => {
  const t = useT();
  const { text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'severity',
        title: t('field.severity'),
        width: '110px',
        sort: 'severity',
        cell: ({ severity }) => <SeverityBadge severity={severity} />,
      },
      subjectColumn(t, 'paths'),
      {
        id: 'title',
        title: t('access.allows'),
        width: 'minmax(180px, 3fr)',
        sort: 'title',
        below: true,
        cell: ({ title }) => <span title={text(title)}>{text(title)}</span>,
      },
      {
        id: 'scope',
        title: t('access.scope'),
        width: '130px',
        sort: 'scope',
        fromPx: 760,
        cell: ({ scope }) =>
          scope === '*' ? t('access.whole-cluster') : <Cut text={scope} most={24} mono />,
      },
      originColumn(t),
      {
        id: 'bindings',
        title: t('access.bindings'),
        width: 'minmax(200px, 1.5fr)',
        fromPx: 1040,
        cell: ({ bindings }) => <Cut text={bindings.join(' ')} most={40} mono />,
      },
    ],
    [t, text],
  );
};

/** Permissions that give more than they say. */
export const AccessRisksPage = () => (
  <AccessList
    route="access.risks"
    word="risks"
    columns={useColumns()}
    rowKey={({ subject, pattern, scope, names }) => `${subject} ${pattern} ${scope} ${names.join()}`}
  />
);
