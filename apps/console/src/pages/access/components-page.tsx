// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
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

type ApiUse = NonNullable<Component['apiUses']>[number];

/** Who uses what, and until when: names and versions only, the same in each language. */
const apiUseLine = ({ apiVersion, kind, about, namespace, by, removedIn, replacement }: ApiUse): string =>
  [
    `${apiVersion} ${kind}${removedIn === undefined ? '' : ` (${removedIn})`} → ${replacement ?? '–'}`,
    about.includes('/') || namespace === '' ? about : `${namespace}: ${about}`,
    by,
  ]
    .filter((part) => part !== '')
    .join(' · ');

/** A cell has room for a word; why it is so is told by its title. */
const NotJudged = ({ why }: { why: string }) => (
  <Badge tone="unknown" title={why}>
    {useT()('access.advisories.not-judged')}
  </Badge>
);

/** How many uses of old versions; only the API server has them. */
const ApiUses = ({ product, apiUseCount, apiUses = [] }: Component) => {
  const t = useT();
  const { count } = useFormat();
  if (product !== 'kubernetes') return '–';
  if (apiUseCount === undefined) return <NotJudged why={t('access.api-uses.unknown')} />;
  return (
    <Link to="/access/api-uses" title={apiUses.map(apiUseLine).join('\n')}>
      {count(apiUseCount)}
    </Link>
  );
};

/** How many advisories speak against the version. */
const Advisories = ({ advisoryCount, advisories = [] }: Component) => {
  const t = useT();
  const { count } = useFormat();
  if (advisoryCount === undefined) return <NotJudged why={t('access.advisories.unknown')} />;
  if (advisoryCount === 0) return count(0);
  return (
    <Link
      to="/findings"
      search={{ by: 'list', filter: 'check:version.known-vulnerability' }}
      title={advisories.map(({ id, severity }) => `${id} (${t(`severity.${severity}`)})`).join('\n')}
    >
      {count(advisoryCount)}
    </Link>
  );
};

const useColumns = (): readonly Column<Component>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(
    () => [
      {
        id: 'product',
        title: t('access.part'),
        width: '130px',
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
        below: true,
        cell: ({ version }) => <Cut text={version} most={40} mono />,
      },
      {
        id: 'where',
        title: t('access.where'),
        width: 'minmax(140px, 1fr)',
        sort: 'where',
        below: true,
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
        width: '110px',
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
        width: '110px',
        number: true,
        fromPx: 620,
        cell: (component) => <Advisories {...component} />,
      },
      {
        id: 'api-uses',
        title: t('access.api-uses'),
        width: '120px',
        number: true,
        fromPx: 760,
        cell: (component) => <ApiUses {...component} />,
      },
      {
        id: 'behind',
        title: t('access.behind'),
        width: '120px',
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
