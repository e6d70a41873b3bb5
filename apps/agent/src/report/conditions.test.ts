// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ERRORS,
  type ErrorCode,
  type InspectStatus,
  type SensorStatus,
  toldFailure,
} from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { type ConditionInput, conditionsOf } from './conditions.ts';

const sensor: SensorStatus = {
  state: 'running',
  programs: [],
  eventsTotal: 5,
  lostInKernelTotal: 0,
  shedTotal: 0,
  malformedTotal: 0,
};
const inspect: InspectStatus = {
  state: 'running',
  restarts: 3,
  flowsTotal: 9,
  recognisedTotal: 5,
  unknownTotal: 4,
  skippedTotal: 0,
  lostTotal: 0,
};
const fine: ConditionInput = {
  hasTypeInformation: true,
  cgroupMode: 'v2',
  sensor,
  runtimes: [],
  uplinkFailure: undefined,
  bufferIsFull: false,
  shedTotal: 0,
  refusedRules: [],
  scanProblems: [],
};
const codes = (change: Partial<ConditionInput>): string[] =>
  conditionsOf({ ...fine, ...change }).map((one) => one.code);

describe('conditions of a node', () => {
  it('are none when everything works', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ sensor: { ...sensor, inspect } })).toEqual([]);
  });

  const cases: [string, Partial<ConditionInput>, ErrorCode][] = [
    ['no type information in the kernel', { hasTypeInformation: false }, 'E_NO_BTF'],
    ['no sensor', { sensor: { ...sensor, state: 'off' } }, 'E_SENSOR_MISSING'],
    ['a sensor that is still built', { sensor: { ...sensor, state: 'building' } }, 'E_SENSOR_BUILDING'],
    ['a sensor that ends', { sensor: { ...sensor, state: 'failed', reason: 'status 1' } }, 'E_SENSOR_EXIT'],
    [
      'a refused program',
      { sensor: { ...sensor, programs: [{ name: 'on_x', loaded: false }] } },
      'E_SENSOR_REFUSED',
    ],
    ['malformed frames', { sensor: { ...sensor, malformedTotal: 2 } }, 'E_SENSOR_FRAME'],
    [
      'a dead inspect worker',
      { sensor: { ...sensor, inspect: { ...inspect, state: 'failed' } } },
      'E_INSPECT_EXIT',
    ],
    [
      'a restarting one',
      { sensor: { ...sensor, inspect: { ...inspect, state: 'restarting' } } },
      'E_INSPECT_EXIT',
    ],
    [
      'connections it missed',
      { sensor: { ...sensor, inspect: { ...inspect, lostTotal: 2 } } },
      'E_INSPECT_LOST',
    ],
    [
      'connections above the cap',
      { sensor: { ...sensor, inspect: { ...inspect, skippedTotal: 2 } } },
      'E_INSPECT_LOST',
    ],
    ['lost events', { sensor: { ...sensor, lostInKernelTotal: 2 } }, 'E_EVENTS_LOST'],
    ['no control groups', { cgroupMode: 'unknown' }, 'E_CGROUP'],
    [
      'a silent runtime',
      { runtimes: [{ runtime: 'docker', endpoint: '/d', state: 'unreachable' }] },
      'E_RUNTIME_UNREACHABLE',
    ],
    [
      'no controller',
      { uplinkFailure: { code: 'E_CONTROLLER_UNREACHABLE', detail: 'x' } },
      'E_CONTROLLER_UNREACHABLE',
    ],
    ['a full buffer', { bufferIsFull: true }, 'E_BUFFER_FULL'],
    ['a rule that cannot be used', { refusedRules: [{ id: 'a', detail: 'a: b' }] }, 'E_RULE'],
    ['an incomplete scan', { scanProblems: [{ en: 'x', ja: 'x' }] }, 'E_SCAN_INCOMPLETE'],
  ];
  it.each(cases)('name %s, with remedy in both languages', (_, change, code) => {
    const found = conditionsOf({ ...fine, ...change });
    expect(found.map((one) => one.code)).toContain(code);
    const condition = found.find((one) => one.code === code);
    expect(condition?.remedy).toEqual(ERRORS[code].remedy);
    expect(condition?.message.ja.startsWith(ERRORS[code].title.ja)).toBe(true);
  });

  it('tell their special case in the language of the reader', () => {
    const reason = { en: '/run/d /v: status 500', ja: '/run/d /v：ステータス 500' };
    const [silent] = conditionsOf({
      ...fine,
      runtimes: [{ runtime: 'docker', endpoint: '/run/d', state: 'unreachable', reason }],
    });
    expect(silent?.message.en).toBe(`${ERRORS.E_RUNTIME_UNREACHABLE.title.en}: ${reason.en}`);
    expect(silent?.message.ja).toBe(`${ERRORS.E_RUNTIME_UNREACHABLE.title.ja}：${reason.ja}`);
  });

  it('tell why the link is down and what a scan left out in both languages too', () => {
    const refused = toldFailure('E_CERTIFICATE', { en: 'it was refused', ja: '拒否されました' });
    const [link, scan] = conditionsOf({
      ...fine,
      uplinkFailure: refused,
      scanProblems: [
        { en: 'web: a', ja: 'web：ア' },
        { en: 'shop: b', ja: 'shop：イ' },
      ],
    });
    const { title } = ERRORS.E_CERTIFICATE;
    expect(link?.message).toEqual({
      en: `${title.en}: it was refused`,
      ja: `${title.ja}：拒否されました`,
    });
    const { title: incomplete } = ERRORS.E_SCAN_INCOMPLETE;
    expect(scan?.message).toEqual({
      en: `${incomplete.en}: 2 scans (web: a; shop: b)`,
      ja: `${incomplete.ja}：2 件（web：ア、shop：イ）`,
    });
  });

  it('count every incomplete scan and name the first, however long their paths are', () => {
    const long = { en: `web: ${'x'.repeat(500)}`, ja: `web：${'x'.repeat(500)}` };
    const [scan] = conditionsOf({ ...fine, scanProblems: Array.from({ length: 64 }, () => long) });
    expect(scan?.message.en).toMatch(/^[^(]+: 64 scans \(web: x/);
    expect(scan?.message.ja).toMatch(/^[^（]+：64 件（web：x/);
    expect(scan?.message.en.length).toBeLessThanOrEqual(1000);
  });

  it('put the worst first and stay bounded', () => {
    const many = conditionsOf({
      ...fine,
      scanProblems: [{ en: 'x', ja: 'x' }],
      hasTypeInformation: false,
      refusedRules: Array.from({ length: 100 }, (_, index) => ({ id: String(index), detail: 'd' })),
    });
    expect(many).toHaveLength(64);
    expect(many[0]?.severity).toBe('error');
  });
});
