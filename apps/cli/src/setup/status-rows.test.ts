// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { translator } from '../text/catalogue.ts';
import { clusterRows, inspectRows } from './status-rows.ts';

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

describe('the cluster in status', () => {
  const kind = { group: '', objects: 1 };
  const kubernetes = {
    state: 'partial' as const,
    server: '10.0.0.1:6443',
    version: 'v1.37.2',
    kinds: [
      { ...kind, kind: 'Pod', condition: 'synced' as const },
      { ...kind, kind: 'Secret', condition: 'not-permitted' as const },
    ],
  };

  it('is shown with what of it is not known', () => {
    const told = '10.0.0.1:6443 v1.37.2, kinds synced 1 of 2, not permitted 1';
    expect(clusterRows(translator('en'), { kubernetes })).toEqual([['cluster', 'partial', told]]);
    expect(clusterRows(translator('ja'), { kubernetes })).toEqual([['クラスター', 'partial', told]]);
  });

  it('is shown with its webhooks where they are asked for', () => {
    const webhook = { name: 'validate', failsClosed: true, restoredTotal: 1 };
    const admission = {
      state: 'on' as const,
      requestsTotal: 9,
      deniedTotal: 2,
      failedTotal: 1,
      webhooks: [
        { ...webhook, state: 'restored' as const },
        { ...webhook, state: 'absent' as const },
      ],
    };
    expect(clusterRows(translator('en'), { kubernetes: { ...kubernetes, admission } })[1]).toEqual([
      'admission',
      'on',
      'webhooks in force 1 of 2, requests 9, refused 2, left to the failure policy 1',
    ]);
  });

  it('is not spoken of where there is none', () => {
    expect(clusterRows(translator('en'), {})).toEqual([]);
    expect(clusterRows(translator('en'), { kubernetes: { state: 'off', kinds: [] } })).toEqual([]);
  });
});
