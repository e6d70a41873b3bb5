// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { translator } from '../text/catalogue.ts';
import { inspectRows } from './status-rows.ts';

const sensor = {
  state: 'running' as const,
  programs: [],
  eventsTotal: 5,
  lostInKernelTotal: 0,
  shedTotal: 0,
  malformedTotal: 0,
};
const inspect = {
  state: 'restarting' as const,
  restarts: 4,
  flowsTotal: 100,
  recognisedTotal: 90,
  unknownTotal: 7,
  skippedTotal: 2,
  lostTotal: 3,
};

describe('the inspect worker in status', () => {
  it('is shown with its state, its restarts and every loss', () => {
    const node = { name: 'host-1', sensor: { ...sensor, inspect } };
    const told = 'restarts 4, connections 100, recognised 90, unknown 7, skipped 2, lost 3';
    expect(inspectRows(translator('en'), node)).toEqual([['host-1 inspect worker', 'restarting', told]]);
    expect(inspectRows(translator('ja'), node)).toEqual([['host-1 通信の検査プロセス', 'restarting', told]]);
  });

  it('is not spoken of where nothing is known of it, as by an older agent', () => {
    expect(inspectRows(translator('en'), { name: 'host-1', sensor })).toEqual([]);
  });
});
