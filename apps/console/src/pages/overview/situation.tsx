// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useApi } from '../../data/queries.ts';
import { changedSearch } from '../../data/view.ts';
import { countsOf } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge, ModeBadge } from '../../widgets/badges.tsx';
import { SeverityMark } from '../../widgets/mark.tsx';
import { SEVERITY_ORDER } from '../../widgets/severity-order.ts';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { sensorStateOf } from './sensor-state.ts';

type Status = ResponseOf<'system.status'>;

/** How old the advisories are, in words; a sample or none at all is said as such. */
const AdvisoryAge = ({ advisories }: { advisories: Status['advisories'] }) => {
  const t = useT();
  const { date } = useFormat();
  const { builtAtMs, ageDays } = advisories;
  if (!advisories.present) return <Unknown inline why={t('advisories.none')} />;
  const when = builtAtMs === undefined ? '' : date(builtAtMs);
  const age =
    ageDays === undefined ? t('advisories.undated') : t('advisories.age', { date: when, count: ageDays });
  if (advisories.sample) return <Unknown inline why={t('advisories.sample', { age })} />;
  return <span className={(ageDays ?? 0) > 7 ? 'warn-text' : ''}>{age}</span>;
};

/** State of the sensors of all nodes, in one phrase. */
const SensorPhrase = () => {
  const t = useT();
  const nodes = useApi('node.list', { query: { limit: 200 } });
  const withoutSensor = useApi('node.list', { query: { filter: '-sensor:running', limit: 1 } });
  const told = sensorStateOf(nodes, withoutSensor);
  if (told.kind === 'asking') return null;
  if (told.kind === 'not-known') return <Unknown inline why={t('sensor.not-known')} />;
  if (told.kind === 'no-node') return <Unknown inline why={t('sensor.none')} />;
  if (told.kind !== 'some-off') return <span>{t('sensor.all-on')}</span>;
  const { running, all, state } = told;
  return (
    <span className="warn-text">{t('sensor.some-off', { running, all, state: t(`sensor.${state}`) })}</span>
  );
};

/** What is looked at, how well, and what is done about it, in one line. */
export const Situation = ({ of }: { of: UseQueryResult<Status> }) => {
  const t = useT();
  const { count } = useFormat();
  return (
    <Asked of={of} rows={1}>
      {(status) => (
        <div className="banner">
          <Badge tone={status.state === 'ready' ? 'ok' : status.state === 'limited' ? 'medium' : 'critical'}>
            {t(`system.${status.state}`)}
          </Badge>
          <span className="row wrap situation">
            <Link to="/workloads">
              {t('situation.workloads', {
                count: status.counts.workloads,
                n: count(status.counts.workloads),
              })}
            </Link>
            <Link to="/nodes">
              {t('situation.nodes', { count: status.counts.nodes, n: count(status.counts.nodes) })}
            </Link>
            <SensorPhrase />
            <Link to="/settings/$section" params={{ section: 'advisories' }} className="plain-link">
              <AdvisoryAge advisories={status.advisories} />
            </Link>
          </span>
          <span className="row">
            <ModeBadge mode="monitor" />
            <span className="second">{t('mode.monitor.effect')}</span>
          </span>
        </div>
      )}
    </Asked>
  );
};

const Total = ({
  label,
  value,
  note,
  to,
  filter,
}: {
  label: string;
  value: ReactNode;
  note?: string;
  to: '/findings' | '/events' | '/workloads';
  filter?: string;
}) => (
  // Counted over everything and, for events, a day: the scope or range of before must not narrow the list.
  <Link
    to={to}
    search={changedSearch(filter === undefined ? {} : { filter, by: 'list' }, {
      scope: undefined,
      ...(to === '/events' ? { range: undefined } : {}),
    })}
    className="card total"
  >
    <span className="quiet small">{label}</span>
    <span className="total-value">{value}</span>
    {note !== undefined && <span className="quiet small">{note}</span>}
  </Link>
);

/** The numbers that matter; each leads to what it counts. */
export const Totals = ({ status }: { status: Status }) => {
  const t = useT();
  const { count, compact } = useFormat();
  const { counts } = status;
  const open = countsOf(counts.openFindings);
  return (
    <div className="totals">
      {SEVERITY_ORDER.slice(0, 4).map((severity) => (
        <Total
          key={severity}
          to="/findings"
          filter={`severity:${severity} state:open counted:true`}
          label={t('totals.open')}
          value={
            <span className="row" style={{ gap: 8 }}>
              <SeverityMark severity={severity} size={16} />
              {status.firstScanDone ? (
                count(open[severity] ?? 0)
              ) : (
                <Unknown inline why={t('totals.scanning')} />
              )}
            </span>
          }
          note={t(`severity.${severity}`)}
        />
      ))}
      <Total to="/events" label={t('totals.events')} value={count(counts.events24h)} note={t('totals.day')} />
      <Total
        to="/workloads"
        label={t('totals.containers')}
        value={count(counts.containersRunning)}
        note={t('totals.packages', { n: compact(counts.packages) })}
      />
    </div>
  );
};
