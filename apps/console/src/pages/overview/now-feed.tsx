// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconRadar2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { follower } from '../../data/follower.ts';
import { asSecurityEvent, GAP, type LiveMessage, useLive } from '../../data/live.ts';
import { useList } from '../../data/queries.ts';
import { isNarrowed, useScopedFilter, useView } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge, VerdictBadge } from '../../widgets/badges.tsx';
import { NothingMatches } from '../../widgets/list-states.tsx';
import { Empty, FailureState, Loading } from '../../widgets/states.tsx';
import { When } from '../../widgets/text.tsx';
import { WorkloadLink } from '../../widgets/workload-link.tsx';

const SHOWN = 8;
/** What comes together is read together. */
const READ_AGAIN_MS = 300;

/** The latest security events; this short list does follow the stream. */
export const NowFeed = () => {
  const t = useT();
  const { text } = useFormat();
  const client = useQueryClient();
  const { search } = useView();
  const filter = useScopedFilter('event.list');
  const events = useList('event.list', { query: { limit: SHOWN, ...(filter === '' ? {} : { filter }) } });
  const readAgain = useMemo(
    () => follower(() => client.invalidateQueries({ queryKey: ['event.list'] }), READ_AGAIN_MS),
    [client],
  );
  useEffect(() => readAgain.end, [readAgain]);
  const follow = useCallback(
    (message: LiveMessage): void => {
      if (message.topic === GAP || asSecurityEvent(message.data) !== undefined) readAgain.ask();
    },
    [readAgain],
  );
  useLive(follow);
  return (
    <section className="card" aria-labelledby="now-title">
      <div className="card-head">
        <h2 id="now-title">{t('now.title')}</h2>
        <Link to="/events">{t('now.all')}</Link>
      </div>
      {events.isError && <FailureState error={events.error} retry={() => void events.refetch()} />}
      {events.isLoading && <Loading rows={4} />}
      {events.isSuccess &&
        events.items.length === 0 &&
        (isNarrowed(search) ? (
          <NothingMatches />
        ) : (
          <Empty title={t('now.none')} icon={<IconRadar2 size={24} aria-hidden="true" />}>
            {t('now.none.note')}
          </Empty>
        ))}
      <ul className="list-plain" aria-live="polite" aria-relevant="additions">
        {events.items.slice(0, SHOWN).map((event) => (
          <li key={event.id} className="now-row">
            <span className="quiet small now-time">
              <When at={event.occurredAtMs} />
            </span>
            <SeverityBadge severity={event.severity} />
            <span className="now-title">
              <Link to="/events/$id" params={{ id: event.id }} className="row-link">
                {text(event.title)}
              </Link>
              <span className="small quiet">
                <WorkloadLink subject={event.workload} />
                {event.attack.length > 0 && <span translate="no"> · {event.attack.join(' ')}</span>}
              </span>
            </span>
            <VerdictBadge verdict={event.decision.verdict} />
            <Link to="/events/$id" params={{ id: event.id }} hash="why" className="small hide-narrow">
              {t('now.why')}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
};
