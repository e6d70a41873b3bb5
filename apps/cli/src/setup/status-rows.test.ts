// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { translator } from '../text/catalogue.ts';
import { advisories as boxLine } from './box.ts';
import type { InstanceState } from './status.ts';
import { clusterRows, inspectRows, nodeRows, statusRows, systemRows } from './status-rows.ts';
import type { SystemState } from './wait.ts';

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
    expect(inspectRows(translator('ja'), node)).toEqual([
      [
        'host-1 通信の検査プロセス',
        '再起動中',
        '再起動 4 回、接続 100 件、識別 90 件、不明 7 件、対象外 2 件、損失 3 件',
      ],
    ]);
  });

  it('is not spoken of where nothing is known of it, as by an older agent', () => {
    expect(inspectRows(translator('en'), { name: 'host-1', sensor })).toEqual([]);
  });
});

describe('a node in status', () => {
  const uplink = {
    state: 'buffering' as const,
    bufferedRecords: 7,
    bufferedBytes: 900,
    acknowledgedTotal: 12,
    shedTotal: 3,
  };
  const failed = {
    ...sensor,
    state: 'failed' as const,
    programs: [{ name: 'on_x', loaded: false }],
    reason: { en: 'no heartbeat for 15 s', ja: '15 秒間ハートビートがありません' },
  };

  it('says why its sensor does not run, in the language of the reader', () => {
    expect(nodeRows(translator('ja'), { name: 'host-1', sensor: failed, uplink })).toEqual([
      [
        'host-1 センサー',
        '障害',
        'イベント 5 件、カーネルでの損失 0 件、破棄 0 件、不正 0 件、カーネルが拒否：on_x、15 秒間ハートビートがありません',
      ],
      ['host-1 アップリンク', 'バッファー中', 'バッファー 7 件、確認済み 12 件、破棄 3 件'],
    ]);
    expect(nodeRows(translator('en'), { name: 'host-1', sensor: failed, uplink })[0]?.[2]).toMatch(
      /refused by the kernel: on_x, no heartbeat for 15 s$/,
    );
  });

  it('is marked where nothing keeps what it says', () => {
    const node = { name: 'host-1', sensor, uplink, notStored: true };
    expect(nodeRows(translator('en'), node).at(-1)?.[2]).toMatch(/, held in memory, not stored$/);
    expect(nodeRows(translator('ja'), node).at(-1)?.[2]).toMatch(/、メモリー上の値（未保存）$/);
  });

  it('of an older agent gives its reason as it came', () => {
    const old = { ...failed, reason: 'status 1' };
    expect(nodeRows(translator('ja'), { name: 'host-1', sensor: old, uplink })[0]?.[2]).toMatch(
      /、status 1$/,
    );
  });
});

describe('the processes in status', () => {
  const state: InstanceState = {
    instance: 'main',
    state: 'failed',
    supervisor: {
      supervisor: { pid: 10, startedAtMs: 1 },
      release: 'abc',
      controller: {
        state: 'waiting',
        restarts: 2,
        sinceMs: 1,
        detail: { en: 'ended by SIGKILL', ja: 'SIGKILL で終了しました' },
      },
      agent: { state: 'off', restarts: 0, sinceMs: 1 },
      sensor: { state: 'building', progress: 'Compiling x' },
    },
    system: undefined,
    nodes: [],
    failure: undefined,
    logs: '/var/log',
  };

  it.each([
    ['en', ['running', 'waiting', 'off', 'building'], 'restarts 2, ended by SIGKILL'],
    ['ja', ['動作中', '再起動待ち', '無効', 'ビルド中'], '再起動 2 回、SIGKILL で終了しました'],
  ] as const)('are told in %s', (language, states, detail) => {
    const rows = statusRows(translator(language), state);
    expect(rows.map(([, one]) => one)).toEqual(states);
    expect(rows[1]?.[2]).toBe(detail);
    expect(rows[3]?.[2]).toBe('Compiling x');
  });
});

describe('the advisories in status', () => {
  const systemOf = (signedBy: string | undefined, present = true): SystemState => {
    const advisories = { present, sample: false, rows: 5, ageDays: 1, ecosystems: [], noData: [] };
    return {
      instance: 'main',
      version: '0.1.0',
      state: 'ready',
      startedAtMs: 1,
      conditions: [],
      counts: {
        nodes: 0,
        workloads: 0,
        containersRunning: 0,
        packages: 0,
        openFindings: {},
        events24h: 0,
      },
      advisories: { ...advisories, ...(signedBy === undefined ? {} : { signedBy }) },
      store: { state: 'ok', sizeBytes: 1, retention: [] },
      ingest: { recordsTotal: 0, rejectedTotal: 0, lostTotal: 0 },
      firstScanDone: true,
    };
  };
  const rowOf = (language: 'en' | 'ja', signedBy: string | undefined, present = true): string => {
    const rows = systemRows(translator(language), systemOf(signedBy, present));
    return rows.find(([, , detail]) => detail.includes('5'))?.[2] ?? '';
  };

  it.each([
    ['en', 'ab12', '5 rows, 1 days old, signed by ab12'],
    ['en', undefined, '5 rows, 1 days old, signed by nobody: as good as the place it was taken from'],
    ['ja', 'ab12', '5 行、1 日前、署名鍵 ab12'],
    ['ja', undefined, '5 行、1 日前、署名なし：内容は入手元に依存'],
  ] as const)('say whose word they are: %s, key %s', (language, key, told) => {
    expect(rowOf(language, key)).toBe(told);
  });

  it('say nothing of a signature where there is no pack', () => {
    expect(rowOf('en', undefined, false)).toBe('5 rows, 1 days old');
  });

  it.each([
    ['en', 'building', 'being built; nothing to do', 'being built'],
    ['ja', 'ビルド中', '作成中。対応は不要です', '作成中'],
  ] as const)('send nobody to fetch what is being built: %s', (language, state, detail, box) => {
    const nothing = { en: '', ja: '' };
    const condition = {
      code: 'advisories.building',
      severity: 'info',
      message: nothing,
      remedy: nothing,
    } as const;
    const system = { ...systemOf(undefined, false), conditions: [condition] };
    const t = translator(language);
    expect(systemRows(t, system)[1]?.slice(1)).toEqual([state, detail]);
    expect(boxLine(t, system)).toContain(box);
    expect(boxLine(t, { ...system, conditions: [] })).toContain('db update');
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
    expect(clusterRows(translator('ja'), { kubernetes })).toEqual([
      ['クラスター', '一部のみ', '10.0.0.1:6443 v1.37.2、同期済みの種類 2 件中 1 件、権限なし 1 件'],
    ]);
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
    expect(clusterRows(translator('ja'), { kubernetes: { ...kubernetes, admission } })[1]).toEqual([
      'アドミッション',
      '有効',
      '有効な Webhook 2 件中 1 件、要求 9 件、拒否 2 件、失敗時ポリシーに委任 1 件',
    ]);
  });

  it('says that the record of its answers is incomplete, and nothing while it is whole', () => {
    const told = (
      record: { waiting: number; lostTotal: number; code?: string },
      language: 'en' | 'ja' = 'en',
    ) =>
      clusterRows(translator(language), {
        kubernetes: { ...kubernetes, admission: { state: 'on', webhooks: [], record } },
      })[1]?.[2];
    const whole = 'webhooks in force 0 of 0, requests 0, refused 0, left to the failure policy 0';
    expect(told({ waiting: 8, lostTotal: 0 })).toBe(whole);
    expect(told({ waiting: 8, lostTotal: 3 })).toBe(
      `${whole}, answers not yet kept 8, lost from the record 3`,
    );
    expect(told({ waiting: 8, lostTotal: 0, code: 'E_STORE_FULL' }, 'ja')).toContain(
      '未保存の応答 8 件、記録から失われた応答 0 件、E_STORE_FULL',
    );
  });

  it('is not spoken of where there is none', () => {
    expect(clusterRows(translator('en'), {})).toEqual([]);
    expect(clusterRows(translator('en'), { kubernetes: { state: 'off', kinds: [] } })).toEqual([]);
  });
});
