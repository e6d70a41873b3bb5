// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';

type Exposure = ItemOf<'access.exposure'>;

const GUARD_TONES: Readonly<Record<Exposure['guard'], Tone>> = {
  all: 'ok',
  some: 'medium',
  none: 'high',
  unknown: 'unknown',
};

const useColumns = (): readonly Column<Exposure>[] => {
  const t = useT();
  const { count, text } = useFormat();
  return useMemo(
    () => [
      {
        id: 'name',
        title: t('field.name'),
        width: 'minmax(220px, 2.4fr)',
        sort: 'name',
        cell: ({ kind, namespace, name }) => <Cut text={`${kind}/${namespace}/${name}`} most={52} mono />,
      },
      {
        id: 'way',
        title: t('access.way'),
        width: '160px',
        sort: 'way',
        below: true,
        cell: ({ way }) => <span title={t(`access.way.${way}`)}>{t(`access.way.${way}`)}</span>,
      },
      {
        id: 'component',
        title: t('access.component'),
        width: '140px',
        below: true,
        cell: ({ component, risk }) =>
          component === undefined ? (
            '–'
          ) : (
            <Badge tone="high" title={risk === undefined ? component : text(risk)}>
              <span translate="no">{component}</span>
            </Badge>
          ),
      },
      {
        id: 'guard',
        title: t('access.guard'),
        width: '170px',
        sort: 'guard',
        cell: ({ guard }) => <Badge tone={GUARD_TONES[guard]}>{t(`access.guard.${guard}`)}</Badge>,
      },
      {
        id: 'ports',
        title: t('access.ports'),
        width: '120px',
        fromPx: 900,
        cell: ({ ports }) => (
          <Cut
            text={ports.map(({ number, protocol }) => `${number}/${protocol}`).join(' ') || '–'}
            most={22}
            mono
          />
        ),
      },
      {
        id: 'addresses',
        title: t('access.addresses'),
        width: 'minmax(140px, 1fr)',
        fromPx: 1040,
        cell: ({ addresses }) => <Cut text={addresses.join(' ') || '–'} most={36} mono />,
      },
      {
        id: 'pods',
        title: t('access.pods'),
        width: '90px',
        number: true,
        fromPx: 760,
        cell: ({ podCount }) => count(podCount),
      },
    ],
    [t, count, text],
  );
};

/** What is reachable from outside the cluster. */
export const AccessExposurePage = () => (
  <AccessList
    route="access.exposure"
    word="exposure"
    columns={useColumns()}
    rowKey={({ kind, namespace, name, way }) => `${kind} ${namespace} ${name} ${way}`}
  />
);
