// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inLanguage, SEVERITIES } from '@bartizan/contracts';
import type { InstanceRecord } from '../instance/record.ts';
import type { SupervisorStatus } from '../instance/status.ts';
import { plain } from '../output/width.ts';
import type { TextKey, Translate } from '../text/catalogue.ts';
import { hasSensor, type SystemState, type UpView } from './wait.ts';

/** Everything the box shows. */
export interface BoxFacts {
  readonly elapsedS: number;
  readonly outcome: 'started' | 'upgraded' | 'unchanged';
  readonly record: InstanceRecord;
  readonly status: SupervisorStatus;
  readonly view: UpView;
  /** What to print for the login: the password, or where it is. */
  readonly login: string;
  readonly nowMs: number;
}

const SHOWN_SEVERITIES = SEVERITIES.filter((severity) => severity !== 'info');

/** Whether everything works: the sensor runs and nothing limits the installation. */
export const isReady = (view: UpView): boolean =>
  view.system?.state === 'ready' && view.nodes.length > 0 && hasSensor(view);

function counts(t: Translate, system: SystemState | undefined, view: UpView): string {
  if (system === undefined) return t('box.no-data');
  const found = t('box.found', {
    nodes: view.nodes.length,
    containers: system.counts.containersRunning,
    packages: system.counts.packages,
  });
  if (!system.firstScanDone) return `${found} · ${t('box.scan-running')}`;
  const findings = SHOWN_SEVERITIES.flatMap((severity) => {
    const count = Number(system.counts.openFindings[severity] ?? 0);
    return count === 0 ? [] : [`${count} ${t(`severity.${severity}`)}`];
  });
  return `${found} · ${findings.length === 0 ? t('box.none-open') : findings.join(', ')}`;
}

/** Whether the first advisory pack is being made: then there is nothing the reader has to do. */
export const isPackBuilding = (system: SystemState): boolean =>
  !system.advisories.present &&
  system.conditions.some((condition) => condition.code === 'advisories.building');

/** What is said of the vulnerability data. */
export function advisories(t: Translate, system: SystemState | undefined): string {
  const state = system?.advisories;
  if (system !== undefined && isPackBuilding(system)) return t('box.advisories-building');
  if (state === undefined || !state.present) return t('box.advisories-missing');
  const date = state.builtAtMs === undefined ? '?' : new Date(state.builtAtMs).toISOString().slice(0, 10);
  const key: TextKey = state.sample ? 'box.advisories-sample' : 'box.advisories';
  return t(key, { rows: state.rows, date, days: state.ageDays ?? '?' });
}

function sensorLine(t: Translate, facts: BoxFacts): string {
  const node = facts.view.nodes[0];
  if (node?.sensor.state === 'running') {
    const lost = node.sensor.lostInKernelTotal + node.sensor.shedTotal;
    return t('box.sensor-running', { events: node.sensor.eventsTotal, lost });
  }
  const build = facts.status.sensor;
  if (build.state === 'building') return t('box.sensor-building', { progress: build.progress ?? '' });
  if (
    build.state === 'built' &&
    (node === undefined || ['starting', 'building', 'unknown'].includes(node.sensor.state))
  )
    return t('box.sensor-starting');
  const language = t('language.code') === 'ja' ? 'ja' : 'en';
  const reason = inLanguage(node?.sensor.reason ?? build.reason ?? build.state, language);
  return t('box.sensor-off', { reason: plain(reason) });
}

/** Level of each action, grouped: `detect-only: exec, connect · blind: open-write`. */
function levels(t: Translate, view: UpView): string {
  const grouped = new Map<string, string[]>();
  for (const { action, level } of view.nodes[0]?.levels ?? []) {
    const label = t(`level.${level}`);
    grouped.set(label, [...(grouped.get(label) ?? []), action]);
  }
  if (grouped.size === 0) return t('box.levels-unknown');
  return [...grouped].map(([label, actions]) => `${label}: ${actions.join(', ')}`).join(' · ');
}

/** Label and text of each line of the box, in order. */
export function boxLines(t: Translate, facts: BoxFacts): (readonly [string, string])[] {
  const { record, status, view } = facts;
  const port = status.controller.port ?? record.port;
  const host = record.host === '0.0.0.0' || record.host === '::' ? '127.0.0.1' : record.host;
  const limits = (view.system?.conditions ?? [])
    .filter((condition) => condition.severity !== 'info')
    .slice(0, 4)
    .map(
      (condition) =>
        [
          t('box.limit'),
          `${condition.code}: ${condition.message[t('language.code') === 'ja' ? 'ja' : 'en']}`,
        ] as const,
    );
  return [
    [t('box.console'), `https://${host}:${port}   ${t('box.afar', { port })}`],
    [t('box.login'), facts.login],
    [t('box.certificate'), `SHA-256 ${status.controller.fingerprint ?? '?'}`],
    [t('box.found-label'), counts(t, view.system, view)],
    [t('box.sensor'), sensorLine(t, facts)],
    [t('box.levels'), levels(t, view)],
    ...limits,
    [t('box.advisories-label'), advisories(t, view.system)],
    [t('box.next'), './bartizan status | ./bartizan finding list | ./bartizan event list --follow'],
  ];
}

/** The first line: READY or LIMITED, and the mode. */
export function boxTitle(t: Translate, facts: BoxFacts): string {
  const state = isReady(facts.view) ? 'READY' : 'LIMITED';
  const key: TextKey =
    facts.outcome === 'unchanged'
      ? 'box.title-unchanged'
      : facts.outcome === 'upgraded'
        ? 'box.title-upgraded'
        : 'box.title';
  return t(key, { state, seconds: facts.elapsedS.toFixed(1) });
}
