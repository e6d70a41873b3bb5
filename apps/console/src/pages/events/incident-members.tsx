// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useList } from '../../data/queries.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import { FailureLine, Unknown } from '../../widgets/states.tsx';
import { Section, When } from '../../widgets/text.tsx';
import type { EventDetail } from './event-detail.ts';
import { incidentFacts } from './incident-facts.ts';

const NEARBY_MS = 10 * 60_000;
const PAGE = 500;
/** A scanner makes more events in ten minutes than anybody reads; beyond this the panel says that there may be more. */
const READ_MAX = 10 * PAGE;

/** Events of the same workload around an event, read until its incident is whole. */
const useNearby = (event: EventDetail) => {
  const list = useList('event.list', {
    enabled: event.incident !== undefined,
    query: {
      filter: `workload:${event.workload.workload}`,
      from: event.occurredAtMs - NEARBY_MS,
      to: event.occurredAtMs + NEARBY_MS,
      limit: PAGE,
    },
  });
  // Events of another event's panel are kept while these are asked for.
  const isPending = list.isPending || list.isPlaceholderData;
  const facts = incidentFacts(event, list.items, list.hasNextPage);
  const goesOn = !isPending && !facts.isWhole && list.hasNextPage && list.items.length < READ_MAX;
  const { isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage();
  }, [goesOn, isFetching, fetchNextPage]);
  return { ...facts, list, isReading: isPending || goesOn };
};

const Members = ({ event }: { event: EventDetail }) => {
  const t = useT();
  const { text } = useFormat();
  const { others, isWhole, list, isReading } = useNearby(event);
  return (
    <>
      {list.isError && <FailureLine error={list.error} retry={() => void list.refetch()} />}
      {!list.isError && isReading && <p className="quiet">{t('state.loading')}</p>}
      {!list.isError && !isReading && !isWhole && <Unknown inline why={t('event.incident.more')} />}
      {!list.isError && !isReading && isWhole && others.length === 0 && (
        <p className="quiet">{t('event.incident.alone')}</p>
      )}
      {others.length > 0 && (
        <>
          <p className="quiet small">{t('event.incident.note')}</p>
          <ul className="list-plain stack tight">
            {others.map((other) => (
              <li key={other.id} className="row wrap">
                <SeverityBadge severity={other.severity} />
                <Link
                  to="/events/$id"
                  params={{ id: other.id }}
                  search={(before) => readSearch({ ...before })}
                >
                  {text(other.title)}
                </Link>
                <span className="quiet small">
                  <When at={other.occurredAtMs} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
};

/** The other events of the incident, each with an address of its own. */
export const IncidentMembers = ({ event }: { event: EventDetail }) => {
  const t = useT();
  return (
    <Section title={t('event.incident.title')}>
      {event.incident === undefined ? <Unknown why={t('event.no-chain')} /> : <Members event={event} />}
    </Section>
  );
};
