// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconChecks } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useList } from '../../data/queries.ts';
import { isNarrowed, useScopedFilter, useView } from '../../data/view.ts';
import { printTerm } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { NothingMatches } from '../../widgets/list-states.tsx';
import { SeverityMark } from '../../widgets/mark.tsx';
import { Empty, FailureState, Loading } from '../../widgets/states.tsx';
import { Copy } from '../../widgets/text.tsx';

/** Filter of the findings that one act removes. */
export const groupFilter = (groupKey: string): string =>
  printTerm({ field: 'groupKey', operator: 'in', values: [groupKey], negated: false });

/** The single acts that remove most, most first. */
export const DoNext = () => {
  const t = useT();
  const { text, count } = useFormat();
  const { search } = useView();
  const filter = useScopedFilter('finding.groups');
  const groups = useList('finding.groups', { query: { limit: 7, ...(filter === '' ? {} : { filter }) } });
  return (
    <section className="card" aria-labelledby="next-title">
      <div className="card-head">
        <h2 id="next-title">{t('next.title')}</h2>
        <Link to="/findings">{t('next.all')}</Link>
      </div>
      {groups.isError && <FailureState error={groups.error} retry={() => void groups.refetch()} />}
      {groups.isLoading && <Loading />}
      {groups.isSuccess &&
        groups.items.length === 0 &&
        (isNarrowed(search) ? (
          <NothingMatches />
        ) : (
          <Empty title={t('next.none')} icon={<IconChecks size={24} aria-hidden="true" />}>
            {t('next.none.note')}
          </Empty>
        ))}
      <ol className="acts">
        {groups.items.slice(0, 7).map((group, index) => (
          <li key={group.groupKey} className="act">
            <span className="act-number">{index + 1}</span>
            <div style={{ minWidth: 0, flex: 1 }}>
              <Link
                to="/findings"
                search={{ by: 'list', filter: groupFilter(group.groupKey) }}
                className="row-link act-title"
              >
                {text(group.action)}
              </Link>
              <span className="row wrap small quiet" style={{ gap: 10 }}>
                <span className="row" style={{ gap: 4 }}>
                  <SeverityMark severity={group.worst} size={10} />
                  {t('next.removes', { count: group.findings, n: count(group.findings) })}
                </span>
                <span>{t('next.places', { count: group.workloads, n: count(group.workloads) })}</span>
                {group.knownExploited > 0 && (
                  <strong className="warn-text">
                    {t('next.exploited', { count: group.knownExploited })}
                  </strong>
                )}
              </span>
            </div>
            {group.command !== undefined && <Copy value={group.command} label={t('copy.command')} />}
          </li>
        ))}
      </ol>
    </section>
  );
};
