// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconStack2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ItemOf } from '../../data/queries.ts';
import { cutMiddle } from '../../format/numbers.ts';
import { type Formats, useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import type { Translate } from '../../i18n/messages.ts';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut, When } from '../../widgets/text.tsx';
import { ImageFindings, ScanBadge, SignatureBadge } from './image-badges.tsx';
import { imageName, shortDigest, splitReference } from './image-facts.ts';

type Row = ItemOf<'image.list'>;

const NameCell = ({ row: { image } }: { row: Row }) => {
  const t = useT();
  const name = imageName(image);
  const { host, rest } = splitReference(name);
  const more = image.references.length - 1;
  return (
    <span className="row">
      <IconStack2 size={16} aria-hidden="true" color="var(--text-3)" style={{ flex: 'none' }} />
      <span className="two-lines">
        <Link
          to="/images/$id"
          params={{ id: image.digest }}
          className="row-link cut"
          title={name}
          translate="no"
        >
          {cutMiddle(rest, 52)}
        </Link>
        <span className="small quiet cut">
          {host !== '' && <span translate="no">{host} · </span>}
          <span translate="no" className="mono" title={image.digest}>
            {shortDigest(image.digest)}
          </span>
          {more > 0 && ` · ${t('image.more-names', { count: more })}`}
        </span>
      </span>
    </span>
  );
};

const unknownNumber = (value: number | undefined, count: Formats['count']) =>
  value === undefined ? <span className="quiet">–</span> : count(value);

/** What it is called and how it stands. */
const standing = (t: Translate): readonly Column<Row>[] => [
  {
    id: 'reference',
    title: t('field.image'),
    width: 'minmax(220px, 3fr)',
    cell: (row) => <NameCell row={row} />,
  },
  {
    id: 'findings',
    title: t('workload.open-findings'),
    width: 'minmax(150px, 210px)',
    below: true,
    cell: (row) => <ImageFindings image={row.image} counts={row.openFindings} />,
  },
  {
    id: 'scan',
    title: t('image.scan'),
    sort: 'scan',
    width: '128px',
    fromPx: 620,
    cell: (row) => <ScanBadge scan={row.image.scan} />,
  },
  {
    id: 'signature',
    title: t('image.signature'),
    sort: 'signature',
    width: '116px',
    fromPx: 860,
    cell: (row) => <SignatureBadge signature={row.image.signature} />,
  },
];

/** What it is, what uses it, when it was seen. */
const facts = (t: Translate, count: Formats['count']): readonly Column<Row>[] => [
  {
    id: 'packages',
    title: t('image.packages'),
    sort: 'packages',
    width: '92px',
    number: true,
    fromPx: 980,
    cell: (row) => unknownNumber(row.image.packages, count),
  },
  {
    id: 'used',
    title: t('image.used-by'),
    width: '104px',
    number: true,
    fromPx: 740,
    cell: (row) =>
      row.image.usedBy.length === 0 ? (
        <span className="quiet">{t('image.unused')}</span>
      ) : (
        count(row.image.usedBy.length)
      ),
  },
  {
    id: 'platform',
    title: t('image.platform'),
    sort: 'platform',
    width: '120px',
    fromPx: 1260,
    cell: (row) => <span translate="no">{row.image.platform ?? '–'}</span>,
  },
  {
    id: 'distribution',
    title: t('image.distribution'),
    sort: 'distribution',
    width: '104px',
    fromPx: 1360,
    cell: (row) => <Cut text={row.image.distribution ?? '–'} most={16} />,
  },
  {
    id: 'seen',
    title: t('field.last-seen'),
    width: '96px',
    sort: 'lastSeenAtMs',
    fromPx: 1060,
    cell: (row) =>
      row.image.lastSeenAtMs === undefined ? (
        <span className="quiet">–</span>
      ) : (
        <When at={row.image.lastSeenAtMs} />
      ),
  },
];

/** Columns of the list of images. */
export const useImageColumns = (): readonly Column<Row>[] => {
  const t = useT();
  const { count } = useFormat();
  return useMemo(() => [...standing(t), ...facts(t, count)], [t, count]);
};
