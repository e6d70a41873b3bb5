// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import type { Translate } from '../../i18n/messages.ts';
import { Badge } from '../../widgets/badges.tsx';
import type { Column } from '../../widgets/data-table.tsx';
import { Cut } from '../../widgets/text.tsx';

/** Who it is about, with a way to what is asked about that subject. */
export const subjectColumn = <Row extends { readonly subject: string }>(
  t: Translate,
  tab: 'paths' | 'unused',
): Column<Row> => ({
  id: 'subject',
  title: t('access.subject'),
  width: 'minmax(240px, 1.6fr)',
  sort: 'subject',
  cell: ({ subject }) => (
    <Link to="/access/ask" search={{ tab, sel: subject }} className="row-link">
      <Cut text={subject} most={52} mono />
    </Link>
  ),
});

/** Whether Kubernetes brought the subject with it or somebody here gave it what it may. */
export const originColumn = <Row extends { readonly origin: 'given' | 'kubernetes' }>(
  t: Translate,
): Column<Row> => ({
  id: 'origin',
  title: t('access.origin'),
  width: '120px',
  sort: 'origin',
  fromPx: 900,
  cell: ({ origin }) => (
    <Badge tone={origin === 'given' ? 'accent' : 'quiet'}>{t(`access.origin.${origin}`)}</Badge>
  ),
});
