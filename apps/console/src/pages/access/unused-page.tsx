// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';
import { originColumn, subjectColumn } from './subject-columns.tsx';

type Row = ItemOf<'access.unused-subjects'>;

const useColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      subjectColumn(t, 'unused'),
      {
        id: 'unseenIs',
        title: t('access.unseen-means'),
        width: '190px',
        below: true,
        sort: 'unseenIs',
        cell: ({ unseenIs }) => (
          <Badge tone={unseenIs === 'unused' ? 'medium' : 'unknown'}>{t(`access.unseen.${unseenIs}`)}</Badge>
        ),
      },
      {
        id: 'unseen',
        title: t('access.unseen'),
        width: '100px',
        sort: 'unseen',
        number: true,
        cell: ({ unseen }) => count(unseen),
      },
      {
        id: 'used',
        title: t('access.seen'),
        width: '90px',
        sort: 'used',
        number: true,
        fromPx: 620,
        cell: ({ used }) => count(used),
      },
      originColumn(t),
      {
        id: 'idle',
        title: t('access.idle-bindings'),
        width: 'minmax(150px, 1fr)',
        sort: 'idle',
        fromPx: 760,
        cell: ({ idleBindings }) => <Cut text={idleBindings.join(' ') || '–'} most={40} mono />,
      },
      {
        id: 'notSeen',
        title: t('access.not-seen-list'),
        width: 'minmax(160px, 2fr)',
        fromPx: 1040,
        cell: ({ notSeen }) => <Cut text={notSeen.join(', ') || '–'} most={64} mono />,
      },
    ],
    [t, count],
  );
};

/** Users and service accounts with how much of what they were given was seen in use. */
export const AccessUnusedPage = () => (
  <AccessList
    route="access.unused-subjects"
    word="unused"
    columns={useColumns()}
    rowKey={({ subject }) => subject}
  />
);
