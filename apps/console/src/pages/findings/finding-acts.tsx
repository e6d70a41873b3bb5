// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { type ItemOf, useList } from '../../data/queries.ts';
import { isNarrowed, useView } from '../../data/view.ts';
import { joinFilters } from '../../filter/tokens.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import { ListStates } from '../../widgets/list-states.tsx';
import { CommandBlock } from '../../widgets/text.tsx';
import { groupFilter } from '../overview/do-next.tsx';

type Group = ItemOf<'finding.groups'>;

const ActCard = ({ group, rank }: { group: Group; rank: number }) => {
  const t = useT();
  const { text, count } = useFormat();
  const { search } = useView();
  return (
    <li className="act-card">
      <span className="act-number">{rank}</span>
      <div className="stack tight" style={{ flex: 1 }}>
        <span className="row wrap apart">
          <Link
            to="/findings"
            search={{ by: 'list', filter: joinFilters(search.filter, groupFilter(group.groupKey)) }}
            className="row-link act-title"
          >
            {text(group.action)}
          </Link>
          <span className="row wrap">
            {group.knownExploited > 0 && (
              <span className="badge" data-tone="critical">
                <IconFlame size={14} aria-hidden="true" />
                {t('next.exploited', { count: group.knownExploited })}
              </span>
            )}
            <SeverityBadge severity={group.worst} />
          </span>
        </span>
        <span className="row wrap quiet small" style={{ gap: 12 }}>
          <strong className="second">
            {t('next.removes', { count: group.findings, n: count(group.findings) })}
          </strong>
          <span>{t('next.places', { count: group.workloads, n: count(group.workloads) })}</span>
        </span>
        {group.command !== undefined && <CommandBlock text={group.command} />}
      </div>
    </li>
  );
};

/** Loads the next page when the end of the list comes into sight. */
export const useEndOfList = (enabled: boolean, more: () => void): React.RefObject<HTMLDivElement | null> => {
  const ref = useRef<HTMLDivElement>(null);
  const then = useRef(more);
  then.current = more;
  useEffect(() => {
    if (!enabled || ref.current === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting === true && then.current(), {
      rootMargin: '400px',
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [enabled]);
  return ref;
};

/** Findings grouped by the act that removes them, largest effect first. */
export const FindingActs = ({ filter }: { filter: string }) => {
  const t = useT();
  const { count } = useFormat();
  const { search } = useView();
  const list = useList('finding.groups', { query: { filter, limit: 50 } });
  const end = useEndOfList(list.hasNextPage && !list.isFetchingNextPage, () => void list.fetchNextPage());
  return (
    <ListStates
      list={list}
      filtered={isNarrowed(search)}
      emptyTitle={t('findings.none')}
      emptyNote={t('findings.none.note')}
    >
      <section className="card">
        <ol className="list-plain">
          {list.items.map((group, index) => (
            <ActCard key={group.groupKey} group={group} rank={index + 1} />
          ))}
        </ol>
        <div className="table-foot" ref={end}>
          <span>
            {list.total === undefined
              ? t('table.loaded', { n: count(list.items.length) })
              : t(list.isTotalLowerBound ? 'table.of.least' : 'table.of', {
                  n: count(list.items.length),
                  total: count(list.total),
                })}
          </span>
          {list.hasNextPage && (
            <Button
              variant="subtle"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {t('list.more')}
            </Button>
          )}
        </div>
      </section>
    </ListStates>
  );
};
