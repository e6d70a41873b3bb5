// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Cut, Verbatim } from '../../widgets/text.tsx';
import { AccessList } from './access-list.tsx';

type Component = ItemOf<'access.components'>;

const TONES: Readonly<Record<Component['support'], Tone>> = {
  supported: 'ok',
  'ends-soon': 'medium',
  ended: 'high',
  unknown: 'unknown',
};

/** The others are proper names. */
const NAMED = ['kubernetes', 'kernel', 'system'] as const;

const useColumns = (): readonly Column<Component>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'product',
        title: t('access.part'),
        width: '150px',
        sort: 'product',
        cell: ({ product }) => {
          const named = NAMED.find((one) => one === product);
          return named === undefined ? <Verbatim>{product}</Verbatim> : t(`access.part.${named}`);
        },
      },
      {
        id: 'version',
        title: t('access.version'),
        width: 'minmax(150px, 1fr)',
        sort: 'version',
        cell: ({ version }) => <Cut text={version} most={40} mono />,
      },
      {
        id: 'where',
        title: t('access.where'),
        width: 'minmax(140px, 1fr)',
        sort: 'where',
        fromPx: 620,
        cell: ({ where }) =>
          where === 'cluster' ? t('access.whole-cluster') : <Cut text={where} most={36} mono />,
      },
      {
        id: 'support',
        title: t('access.support'),
        width: '170px',
        sort: 'support',
        cell: ({ support }) => <Badge tone={TONES[support]}>{t(`access.support.${support}`)}</Badge>,
      },
      {
        id: 'end',
        title: t('access.ends-on'),
        width: '140px',
        fromPx: 760,
        cell: ({ endsOn }) =>
          endsOn === undefined ? (
            <Unknown inline why={t('access.support.unknown')} />
          ) : (
            <Verbatim>{endsOn}</Verbatim>
          ),
      },
      {
        id: 'advisories',
        title: t('access.advisories'),
        width: '150px',
        number: true,
        fromPx: 620,
        cell: ({ advisoryCount, advisories = [] }) =>
          advisoryCount === undefined ? (
            <Unknown inline why={t('access.advisories.unknown')} />
          ) : (
            <span title={advisories.map(({ id, severity }) => `${id} (${severity})`).join('\n')}>
              {count(advisoryCount)}
            </span>
          ),
      },
      {
        id: 'behind',
        title: t('access.behind'),
        width: '130px',
        number: true,
        fromPx: 900,
        cell: ({ behind }) => (behind === undefined ? '–' : count(behind)),
      },
    ],
    [t, count],
  );
};

/** Parts of the cluster with the end of their support. */
export const AccessComponentsPage = () => (
  <AccessList
    route="access.components"
    word="components"
    columns={useColumns()}
    rowKey={({ product, where }) => `${product} ${where}`}
  />
);
