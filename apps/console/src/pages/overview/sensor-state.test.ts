// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { en } from '../../i18n/en.ts';
import { ja } from '../../i18n/ja.ts';
import { sensorStateOf } from './sensor-state.ts';

type Answer = Parameters<typeof sensorStateOf>[0];
type State = NonNullable<Answer['data']>['items'][number]['sensor']['state'];
const answered = (total: number, ...states: State[]): Answer => ({
  isError: false,
  data: {
    total,
    items: states.map((state) => ({ sensor: { state } })) as NonNullable<Answer['data']>['items'],
  },
});
const running = (count: number): State[] => Array.from({ length: count }, () => 'running' as const);
const PENDING: Answer = { isError: false, data: undefined };
const FAILED: Answer = { isError: true, data: undefined };

describe('the sensors of all nodes', () => {
  it('are on where every node runs one', () => {
    expect(sensorStateOf(answered(200, ...running(200)), answered(0))).toEqual({ kind: 'all-on' });
  });
  it('are not all on where one beyond the first page is not', () => {
    expect(sensorStateOf(answered(201, ...running(200)), answered(1, 'failed'))).toEqual({
      ...{ kind: 'some-off', running: 200, all: 201, state: 'failed' },
    });
  });
  it('are not all on where a node says so that could not be stored yet', () => {
    expect(sensorStateOf(answered(2, 'running', 'off'), answered(0))).toEqual({
      ...{ kind: 'some-off', running: 1, all: 2, state: 'off' },
    });
  });
  it('are not known while nobody answers, and nothing is said before an answer', () => {
    expect(sensorStateOf(FAILED, answered(0))).toEqual({ kind: 'not-known' });
    expect(sensorStateOf(answered(1, 'running'), FAILED)).toEqual({ kind: 'not-known' });
    expect(sensorStateOf({ isError: false, data: { items: [] } }, answered(0))).toEqual({
      kind: 'not-known',
    });
    expect(sensorStateOf(PENDING, PENDING)).toEqual({ kind: 'asking' });
    expect(sensorStateOf(answered(1, 'running'), PENDING)).toEqual({ kind: 'asking' });
  });
  it('are none without a node', () => {
    expect(sensorStateOf(answered(0), answered(0))).toEqual({ kind: 'no-node' });
  });
});

it('what is not blocked is said of nodes only: at admission a rule may refuse', () => {
  expect(en['mode.monitor.effect']).toMatch(/on nodes/i);
  expect(ja['mode.monitor.effect']).toContain('ノード');
});
