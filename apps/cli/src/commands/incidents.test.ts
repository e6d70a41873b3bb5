// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { ItemOf } from './columns.ts';
import { inIncidents } from './incidents.ts';

const event = (
  sequence: number,
  severity: 'critical' | 'medium',
  incident?: string,
): ItemOf<'event.list'> => ({
  id: `n-1:boot:security:${sequence}`,
  cluster: 'local',
  tenant: 'default',
  node: 'n-1',
  bootId: 'boot',
  stream: 'security',
  sequence,
  bootUs: sequence,
  occurredAtMs: 1000 + sequence,
  workload: { workload: 'w-1', kind: 'Container', namespace: 'shop', name: 'web' },
  severity,
  owasp: { 2022: ['K05'], 2025: ['K07'] },
  attack: [],
  aggregation: { count: 1, firstAtMs: 1, lastAtMs: 1 },
  kind: 'security',
  rule: 'runtime.reverse-shell',
  title: { en: 'Reverse shell', ja: 'リバースシェル' },
  message: { en: `event ${sequence}`, ja: `イベント ${sequence}` },
  source: 'sensor',
  decision: { verdict: 'alert', reasons: [], nearest: [], enforcementPoint: 'none', elapsedUs: 4 },
  connections: [],
  files: [],
  fix: { en: 'Stop it', ja: '停止してください' },
  ...(incident === undefined ? {} : { incident }),
});

describe('the list of events', () => {
  it('shows an incident once, with what belongs to it below', () => {
    const shown = inIncidents([event(3, 'medium', 'x'), event(2, 'critical', 'x'), event(1, 'medium')]);
    expect(shown.map(({ message }) => message.ja)).toEqual(['イベント 2', '└ イベント 3', 'イベント 1']);
  });
});
