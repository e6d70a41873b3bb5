// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconCheck, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { Badge } from '../../widgets/badges.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { Facts, MachineWords, Told, Verbatim } from '../../widgets/text.tsx';
import type { NodeRow } from './levels.tsx';
import { SENSOR_TONES } from './nodes-page.tsx';

/** A counter of losses: zero is calm, anything else stands out. */
const Loss = ({ value }: { value: number }) => {
  const { count } = useFormat();
  return value === 0 ? <span>{count(0)}</span> : <strong className="warn-text">{count(value)}</strong>;
};

const INSPECT_TONES = { running: 'ok', restarting: 'quiet', failed: 'critical', off: 'unknown' } as const;

/** The worker that recognises protocols; nothing is said of it while the sensor does not run. */
const inspectRows = (
  inspect: NodeRow['sensor']['inspect'],
  t: ReturnType<typeof useT>,
  count: (value: number) => string,
): (readonly [string, ReactNode])[] =>
  inspect === undefined
    ? []
    : [
        [
          t('inspect.title'),
          <Badge key="i" tone={INSPECT_TONES[inspect.state]}>
            {t(`inspect.${inspect.state}`)}
          </Badge>,
        ],
        [t('inspect.restarts'), <Loss key="ir" value={inspect.restarts} />],
        [t('inspect.flows'), count(inspect.flowsTotal)],
        [t('inspect.recognised'), `${count(inspect.recognisedTotal)} / ${count(inspect.unknownTotal)}`],
        [t('inspect.skipped'), <Loss key="is" value={inspect.skippedTotal} />],
        [t('inspect.lost'), <Loss key="il" value={inspect.lostTotal} />],
      ];

/** The native sensor: state, programs the kernel took or refused, events and losses. */
export const NodeSensor = ({ node }: { node: NodeRow }) => {
  const t = useT();
  const { count } = useFormat();
  const { sensor } = node;
  return (
    <section className="card" aria-labelledby="sensor-title">
      <div className="card-head">
        <h2 id="sensor-title">{t('node.sensor')}</h2>
        <Badge tone={SENSOR_TONES[sensor.state]}>{t(`sensor.${sensor.state}`)}</Badge>
      </div>
      <div className="card-body stack">
        {sensor.reason !== undefined && <Unknown why={<Told>{sensor.reason}</Told>} />}
        <Facts
          rows={[
            [
              t('sensor.version'),
              sensor.version !== undefined && <Verbatim key="v">{sensor.version}</Verbatim>,
            ],
            [t('sensor.events'), count(sensor.eventsTotal)],
            [t('sensor.lost'), <Loss key="l" value={sensor.lostInKernelTotal} />],
            [t('sensor.shed'), <Loss key="s" value={sensor.shedTotal} />],
            [t('sensor.malformed'), <Loss key="m" value={sensor.malformedTotal} />],
            ...inspectRows(sensor.inspect, t, count),
          ]}
        />
        <ul className="list-plain">
          {sensor.programs.map((program) => (
            <li key={program.name} className="program">
              {program.loaded ? (
                <IconCheck size={15} color="var(--ok)" aria-hidden="true" />
              ) : (
                <IconX size={15} color="var(--danger)" aria-hidden="true" />
              )}
              <code>{program.name}</code>
              <span className="small quiet">{t(program.loaded ? 'sensor.loaded' : 'sensor.refused')}</span>
              {program.reason !== undefined && (
                <span className="small second">
                  <MachineWords>{program.reason}</MachineWords>
                </span>
              )}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
};

const UPLINK_TONES = {
  connected: 'ok',
  buffering: 'medium',
  disconnected: 'critical',
  unknown: 'unknown',
} as const;
/** The link to the controller: what waits, what was shed, when the certificate ends. */
export const NodeLink = ({ node }: { node: NodeRow }) => {
  const t = useT();
  const { count, bytes, exact } = useFormat();
  const { uplink } = node;
  return (
    <section className="card" aria-labelledby="uplink-title">
      <div className="card-head">
        <h2 id="uplink-title">{t('uplink.title')}</h2>
        <Badge tone={UPLINK_TONES[uplink.state]}>{t(`uplink.${uplink.state}`)}</Badge>
      </div>
      <div className="card-body">
        <Facts
          rows={[
            [
              t('uplink.buffered'),
              t('uplink.buffered.value', {
                n: count(uplink.bufferedRecords),
                size: bytes(uplink.bufferedBytes),
              }),
            ],
            [t('uplink.acknowledged'), count(uplink.acknowledgedTotal)],
            [t('uplink.shed'), <Loss key="s" value={uplink.shedTotal} />],
            [
              t('uplink.certificate'),
              uplink.certificateExpiresAtMs !== undefined && exact(uplink.certificateExpiresAtMs),
            ],
          ]}
        />
      </div>
    </section>
  );
};

const RUNTIME_TONES = { connected: 'ok', unreachable: 'critical', absent: 'quiet' } as const;
/** Container runtimes and whether we can ask them. */
export const NodeRuntimes = ({ node }: { node: NodeRow }) => {
  const t = useT();
  return (
    <section className="card" aria-labelledby="runtimes-title">
      <div className="card-head">
        <h2 id="runtimes-title">{t('runtime.title')}</h2>
      </div>
      <ul className="list-plain card-body stack tight">
        {node.runtimes.length === 0 && <li className="quiet">{t('runtime.none')}</li>}
        {node.runtimes.map((runtime) => (
          <li key={runtime.runtime + runtime.endpoint} className="row wrap">
            <Badge tone={RUNTIME_TONES[runtime.state]}>{t(`runtime.${runtime.state}`)}</Badge>
            <strong translate="no">
              {runtime.runtime} {runtime.version ?? ''}
            </strong>
            <Verbatim mono>{runtime.endpoint}</Verbatim>
            {runtime.reason !== undefined && (
              <span className="small quiet">
                <Told>{runtime.reason}</Told>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
};
