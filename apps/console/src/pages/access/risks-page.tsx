// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityBadge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';

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
      {
        id: 'subject',
        title: t('access.subject'),
        width: 'minmax(180px, 2fr)',
        sort: 'subject',
        cell: ({ subject }) => (
          <Link to="/access/ask" search={{ tab: 'paths', sel: subject }} className="row-link">
            <Cut text={subject} most={52} mono />
          </Link>
        ),
      },
      {
        id: 'title',
        title: t('access.allows'),
        width: 'minmax(180px, 2fr)',
        sort: 'title',
        cell: ({ title }) => <span className="cut">{text(title)}</span>,
      },
      {
        id: 'scope',
        title: t('access.scope'),
        width: '150px',
        sort: 'scope',
        fromPx: 760,
        cell: ({ scope }) =>
          scope === '*' ? t('access.whole-cluster') : <Cut text={scope} most={24} mono />,
      },
      {
        id: 'origin',
        title: t('access.origin'),
        width: '140px',
        sort: 'origin',
        fromPx: 900,
        cell: ({ origin }) => (
          <Badge tone={origin === 'given' ? 'accent' : 'quiet'}>{t(`access.origin.${origin}`)}</Badge>
        ),
      },
      {
        id: 'bindings',
        title: t('access.bindings'),
        width: 'minmax(140px, 1fr)',
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
