// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { translator } from '../text/catalogue.ts';
import { columnsFor, type ItemOf } from './columns.ts';

const flow = (more: Partial<ItemOf<'flow.list'>>): ItemOf<'flow.list'> => ({
  id: 'n-1:boot:flow:1',
  cluster: 'local',
  tenant: 'default',
  node: 'n-1',
  bootId: 'boot',
  stream: 'flow',
  sequence: 1,
  bootUs: 1,
  occurredAtMs: 1,
  workload: { workload: 'w-1', kind: 'Container', namespace: '', name: 'web' },
  severity: 'info',
  owasp: { 2022: [], 2025: [] },
  attack: [],
  aggregation: { count: 1, firstAtMs: 1, lastAtMs: 1 },
  kind: 'flow',
  direction: 'outbound',
  protocol: 'tcp',
  localAddress: '10.0.0.1',
  remoteAddress: '10.0.0.2',
  serverPort: 53,
  connections: 1,
  failures: 0,
  verdict: 'allow',
  ...more,
});
const volume = (language: 'en' | 'ja', more: Partial<ItemOf<'flow.list'>>): (string | undefined)[] =>
  columnsFor('flow.list', translator(language))
    .filter(({ field }) => field.startsWith('bytes'))
    .map((column) => column.value(flow(more)));

describe('the volume of a flow in the table', () => {
  it.each([
    ['of TCP', { bytesSent: 2048, bytesReceived: 0 }, ['2.0 KiB', '0 B']],
    ['that nobody counted', {}, ['not counted', 'not counted']],
    [
      'of UDP by an older agent',
      { protocol: 'udp', bytesSent: 0, bytesReceived: 0 },
      ['not counted', 'not counted'],
    ],
  ] as const)('%s', (_, more, expected) => {
    expect(volume('en', more)).toEqual(expected);
  });

  it('is said in Japanese too', () => {
    expect(volume('ja', {})).toEqual(['計測なし', '計測なし']);
  });
});
