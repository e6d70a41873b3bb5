// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ErrorCode,
  Failure,
  LocalText,
  NodeCondition,
  RuntimeStatus,
  SensorStatus,
  ToldText,
} from '@bartizan/contracts';
import { ERRORS } from '@bartizan/contracts/errors';
import { toldOf } from '@bartizan/contracts/result';
import { inLanguage } from '@bartizan/contracts/words';

/** What the conditions of a node follow from. */
export interface ConditionInput {
  readonly hasTypeInformation: boolean;
  readonly cgroupMode: 'v1' | 'v2' | 'hybrid' | 'unknown';
  readonly sensor: SensorStatus;
  readonly runtimes: readonly RuntimeStatus[];
  readonly uplinkFailure: Failure<ErrorCode> | undefined;
  readonly bufferIsFull: boolean;
  readonly shedTotal: number;
  readonly refusedRules: readonly { readonly id: string; readonly detail: string }[];
  readonly scanProblems: readonly LocalText[];
}

const JOIN = { en: ': ', ja: '：' };

/** A condition in the words of the catalogue, with what is special about this case. */
export const conditionOf = (
  code: ErrorCode,
  severity: NodeCondition['severity'],
  detail: ToldText = '',
): NodeCondition => {
  const { title, remedy } = ERRORS[code];
  const withDetail = (language: 'en' | 'ja'): string => {
    const told = inLanguage(detail, language);
    return (told === '' ? title[language] : `${title[language]}${JOIN[language]}${told}`).slice(0, 1000);
  };
  return { code, severity, message: { en: withDetail('en'), ja: withDetail('ja') }, remedy };
};

/** Programs that see the same when the kernel refuses the cheaper one. */
const STAND_INS: Readonly<Record<string, string>> = {
  on_file_open: 'on_sys_exit',
  on_commit_creds: 'on_sys_exit',
};

/** Whether nothing is missed although the kernel refused a program: levels say what can be enforced all the same. */
const hasStandIn = (name: string, programs: ConditionInput['sensor']['programs']): boolean =>
  programs.some((one) => one.name === STAND_INS[name] && one.loaded);

const sensorConditions = ({ sensor, hasTypeInformation }: ConditionInput): NodeCondition[] => {
  const found: NodeCondition[] = [];
  if (!hasTypeInformation) found.push(conditionOf('E_NO_BTF', 'error'));
  if (sensor.state === 'off') found.push(conditionOf('E_SENSOR_MISSING', 'warning', sensor.reason));
  if (sensor.state === 'building') found.push(conditionOf('E_SENSOR_BUILDING', 'info', sensor.reason));
  if (sensor.state === 'failed') found.push(conditionOf('E_SENSOR_EXIT', 'error', sensor.reason));
  const refused = sensor.programs.filter((one) => !one.loaded).map((one) => one.name);
  if (refused.length > 0) {
    const severity = refused.every((name) => hasStandIn(name, sensor.programs)) ? 'info' : 'warning';
    found.push(conditionOf('E_SENSOR_REFUSED', severity, refused.join(', ')));
  }
  if (sensor.malformedTotal > 0)
    found.push(conditionOf('E_SENSOR_FRAME', 'warning', String(sensor.malformedTotal)));
  const { inspect } = sensor;
  if (inspect?.state === 'restarting' || inspect?.state === 'failed') {
    found.push(conditionOf('E_INSPECT_EXIT', inspect.state === 'failed' ? 'warning' : 'info'));
  }
  const without = (inspect?.skippedTotal ?? 0) + (inspect?.lostTotal ?? 0);
  if (without > 0) found.push(conditionOf('E_INSPECT_LOST', 'info', String(without)));
  const lost = sensor.lostInKernelTotal + sensor.shedTotal;
  if (lost > 0) found.push(conditionOf('E_EVENTS_LOST', 'warning', String(lost)));
  return found;
};

/** How many scans are incomplete, which is what matters; then, in brackets, the first ones with their long paths. */
const incompleteScans = (problems: readonly LocalText[]): LocalText => {
  const first = problems.slice(0, 3);
  return {
    en: `${problems.length} ${problems.length === 1 ? 'scan' : 'scans'} (${first.map(({ en }) => en).join('; ')})`,
    ja: `${problems.length} 件（${first.map(({ ja }) => ja).join('、')}）`,
  };
};

/** Everything that limits a node, worst first. */
export const conditionsOf = (input: ConditionInput): NodeCondition[] => {
  const found = sensorConditions(input);
  if (input.cgroupMode === 'unknown') found.push(conditionOf('E_CGROUP', 'warning'));
  for (const runtime of input.runtimes) {
    if (runtime.state === 'unreachable') {
      found.push(
        // The reason begins with the endpoint where there is one.
        conditionOf('E_RUNTIME_UNREACHABLE', 'warning', runtime.reason ?? runtime.endpoint),
      );
    }
  }
  if (input.uplinkFailure)
    found.push(conditionOf(input.uplinkFailure.code, 'warning', toldOf(input.uplinkFailure)));
  if (input.bufferIsFull || input.shedTotal > 0) {
    found.push(conditionOf('E_BUFFER_FULL', 'warning', String(input.shedTotal)));
  }
  for (const rule of input.refusedRules) found.push(conditionOf('E_RULE', 'warning', rule.detail));
  if (input.scanProblems.length > 0)
    found.push(conditionOf('E_SCAN_INCOMPLETE', 'info', incompleteScans(input.scanProblems)));
  const rank = { error: 0, warning: 1, info: 2 };
  return found.sort((one, other) => rank[one.severity] - rank[other.severity]).slice(0, 64);
};
