// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconDatabase } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useApi } from '../data/queries.ts';
import { useMay } from '../data/session.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';

/** Advisories older than this are told in a colour of warning. */
const OLD_DAYS = 7;

/** What verdicts about vulnerabilities rest on, and how old it is; leads to all about it. */
export const DatabaseAge = () => {
  const t = useT();
  const { date } = useFormat();
  const may = useMay('advisories:read');
  const { data } = useApi('advisory.status', { enabled: may });
  if (data === undefined) return null;
  const { ageDays, builtAtMs, digest } = data;
  const age =
    builtAtMs === undefined || ageDays === undefined
      ? t('advisories.undated')
      : t('advisories.age', { date: date(builtAtMs), count: ageDays });
  const text = data.sample ? t('advisories.sample', { age }) : age;
  const isDoubtful = !data.present || data.sample || (ageDays ?? Number.POSITIVE_INFINITY) > OLD_DAYS;
  return (
    <Link
      to="/settings/$section"
      params={{ section: 'advisories' }}
      className="database-age"
      data-old={isDoubtful}
      title={digest}
    >
      <IconDatabase size={14} aria-hidden="true" />
      {data.present ? text : t('advisories.none')}
    </Link>
  );
};
