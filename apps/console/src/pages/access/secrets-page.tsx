// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';

type Secret = ItemOf<'access.secrets'>;

const useColumns = (): readonly Column<Secret>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(180px, 2fr)',
        sort: 'name',
        cell: ({ namespace, name }) => <Cut text={`${namespace}/${name}`} most={52} mono />,
      },
      {
        id: 'everybody',
        title: t('access.everybody'),
        width: 'minmax(170px, 1fr)',
        below: true,
        cell: ({ everybody }) =>
          everybody.length === 0 ? (
            '–'
          ) : (
            <Badge tone="critical">
              <Cut text={everybody.join(' ')} most={32} mono />
            </Badge>
          ),
      },
      {
        id: 'readers',
        title: t('access.readers'),
        width: '110px',
        number: true,
        sort: 'readers',
        cell: ({ readerCount, readers }) => <span title={readers.join('\n')}>{count(readerCount)}</span>,
      },
      {
        id: 'users',
        title: t('access.users'),
        width: 'minmax(180px, 2fr)',
        fromPx: 760,
        cell: ({ users }) =>
          users.length === 0 ? (
            t('access.nobody.uses')
          ) : (
            <Cut
              text={users.map(({ by, way }) => `${by} (${t(`access.taken.${way}`)})`).join(', ')}
              most={64}
            />
          ),
      },
      {
        id: 'changed',
        title: t('access.changed'),
        width: '140px',
        sort: 'changed',
        fromPx: 900,
        cell: ({ changedAtMs }) => (changedAtMs === undefined ? '–' : <When at={changedAtMs} />),
      },
    ],
    [t, count],
  );
};

/** Secrets, what uses each, who may read it and when it was changed. */
export const AccessSecretsPage = () => (
  <AccessList
    route="access.secrets"
    word="secrets"
    columns={useColumns()}
    rowKey={({ namespace, name }) => `${namespace} ${name}`}
  />
);
