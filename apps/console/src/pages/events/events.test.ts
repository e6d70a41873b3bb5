// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecurityEvent } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../filter/tokens.ts';
import { formatsOf } from '../../format/use-format.ts';
import { eventMarkdown } from './event-markdown.ts';
import { histogramToShow, stackBars, timeSplits } from './histogram-data.ts';
import { incidentRows } from './incident-rows.ts';
import { matchesFilter } from './matches.ts';

const EVENT: SecurityEvent = {
  id: 'n-1:boot:security:1',
  cluster: 'local',
  tenant: 'default',
  node: 'n-1',
  bootId: 'boot',
  stream: 'security',
  sequence: 1,
  bootUs: 1,
  occurredAtMs: Date.UTC(2026, 10, 25, 3),
  workload: { workload: 'w-1', kind: 'Container', namespace: 'shop', name: 'web' },
  severity: 'critical',
  owasp: { 2022: ['K05'], 2025: ['K07'] },
  attack: ['T1059.004'],
  aggregation: { count: 1, firstAtMs: 1, lastAtMs: 1 },
  kind: 'security',
  rule: 'runtime.reverse-shell',
  title: { en: 'Reverse shell', ja: 'リバースシェル' },
  message: { en: 'bash talks to 203.0.113.9', ja: 'bash が通信しました' },
  source: 'sensor',
  decision: { verdict: 'alert', reasons: [], nearest: [], enforcementPoint: 'none', elapsedUs: 4 },
  connections: [],
  files: [],
  fix: { en: 'Stop it', ja: '停止してください' },
};

const SHELL: SecurityEvent = {
  ...EVENT,
  workload: { ...EVENT.workload, pod: 'web-7d4-pod', image: 'registry.example/postgres:16' },
  chain: {
    process: {
      ...{ pid: 30, startBootUs: 1, name: 'bash', executable: '/usr/bin/bash', uid: 33, euid: 33 },
      ...{ arguments: ['bash', '-i'], argumentsRedacted: false, argumentsTruncated: false },
    },
    ancestors: [],
    complete: true,
  },
  connections: [
    {
      ...{ protocol: 'tcp', direction: 'outbound', localAddress: '10.0.0.1', localPort: 40_000 },
      ...{ remoteAddress: '10.0.0.5', remotePort: 4444 },
    },
  ],
  files: ['/etc/shadow'],
};

describe('whether a live event belongs to the filtered list', () => {
  it.each([
    ['', true],
    ['severity:critical,high', true],
    ['severity:low', false],
    ['-severity:low', true],
    ['rule:runtime.*', true],
    ['rule:*.reverse-shell', true],
    ['rule:audit.*', false],
    ['workload:w-1', true],
    ['workload:web', false],
    ['name:web', true],
    ['name:other', false],
    ['node:worker-3', true],
    ['-node:worker-3', true],
    ['namespace:other', false],
    ['attack:T1059.004 owasp:K05', true],
    ['reverse', true],
    ['リバース', true],
    ['shop', true],
    ['"shop web"', true],
    ['postgres:16', true],
    ['"postgres:16"', true],
    ['web-7d4-pod', true],
    ['n-1', true],
    ['/usr/bin/bash', true],
    ['-i', false],
    ['"-i"', true],
    ['/etc/shadow', true],
    ['203.0.113.9 10.0.0.5', true],
    ['ｒｅｖｅｒｓｅ', true],
    ['rev*shell', true],
    ['-shell', false],
    ['-postgres', false],
    ['-nothing-like-it', true],
    ['-"two words"', true],
    ['nothing-like-it', false],
    ['somethingNew:x', true],
  ])('answers %j with %s', (filter, expected) => {
    expect(matchesFilter(SHELL, parseFilter(filter))).toBe(expected);
  });
});

describe('the histogram', () => {
  it('fills gaps and stacks from the bottom', () => {
    const bars = stackBars(
      { intervalMs: 1_000, buckets: [{ atMs: 2_000, counts: { critical: '1', low: '2' } }] },
      0,
      5_000,
    );
    expect(bars.atSeconds).toEqual([0, 1, 2, 3, 4]);
    expect(bars.totals).toEqual([0, 0, 3, 0, 0]);
    // The axis ends where the newest interval ends, else its bar would be drawn outside.
    expect((bars.atSeconds.at(-1) ?? 0) + bars.intervalSeconds).toBe(5);
    expect(bars.sums.map((level) => level[2])).toEqual([1, 1, 1, 3, 3, 3]);
  });
  it('says a failure, and shows bars of before only where they answer what is asked', () => {
    const asked = { filter: 'severity:high', range: '24h' };
    const last = { ...asked, data: { intervalMs: 1_000, buckets: [] }, fromMs: 0, toMs: 5_000 };
    const failed = { ...asked, error: new Error('no answer') };
    expect(histogramToShow({ last, failed: undefined }, asked)).toEqual({ shown: last, failure: undefined });
    // The range moved on: what is known stays, and that it is old is said.
    expect(histogramToShow({ last, failed }, asked)).toEqual({ shown: last, failure: failed });
    for (const other of [
      { ...asked, filter: 'foo:1' },
      { ...asked, range: '7d' },
    ]) {
      const failure = { ...failed, ...other };
      expect(histogramToShow({ last, failed: undefined }, other).shown).toBe(last);
      expect(histogramToShow({ last, failed: failure }, other)).toEqual({ shown: undefined, failure });
      expect(histogramToShow({ last, failed }, other)).toEqual({ shown: last, failure: undefined });
    }
  });
  it('never draws more than 500 bars', () => {
    expect(stackBars({ intervalMs: 1, buckets: [] }, 0, 1_000_000).atSeconds).toHaveLength(500);
  });
  it('puts its ticks on round times, few enough to read', () => {
    const day = timeSplits(1_764_000_000, 1_764_086_400);
    expect(day.length).toBeGreaterThan(3);
    expect(day.length).toBeLessThanOrEqual(10);
    expect(new Set(day.slice(1).map((at, index) => at - (day[index] ?? 0))).size).toBe(1);
    expect(timeSplits(5, 5)).toEqual([]);
  });
});

describe('an event as Markdown', () => {
  it('carries the sentence, the rule, the techniques and the fix', () => {
    const text = eventMarkdown(EVENT, formatsOf('en'), (key) => key);
    expect(text).toContain('### Reverse shell');
    expect(text).toContain('`shop/web`');
    expect(text).toContain('T1059.004');
    expect(text).toContain('Stop it');
  });
  it('says no user of an ancestor of which only the name is known', () => {
    const process = {
      ...{ pid: 30, startBootUs: 3, name: 'sh', executable: '/bin/sh', arguments: ['sh', '-i'] },
      ...{ argumentsTruncated: false, argumentsRedacted: false, uid: 33, euid: 33 },
    };
    const parent = { ...process, pid: 20, name: 'sshd', executable: '', arguments: [], uid: 0, euid: 0 };
    const chain = { process, ancestors: [parent], complete: false };
    const text = eventMarkdown({ ...EVENT, chain }, formatsOf('en'), (key) => key);
    expect(text).toContain('- `sshd` (pid 20)\n  - `sh -i` (pid 30, uid 33)');
  });
  it('cannot be broken out of by a backquote in a name', () => {
    const evil = { ...EVENT, workload: { ...EVENT.workload, name: 'a`b' } };
    expect(eventMarkdown(evil, formatsOf('ja'), (key) => key)).toContain("`shop/a'b`");
  });
  it('holds lines of an argument, and what a message says of a command line, in one span of code', () => {
    const image = '![](https://203.0.113.9/p.png)';
    const process = {
      ...{ pid: 30, startBootUs: 1, name: 'sh', executable: '/bin/sh', uid: 33, euid: 33 },
      ...{ arguments: ['sh', '-c', `x\n\n**Fixed**\r\n\t${image}\u202e`], argumentsRedacted: false },
    };
    const said = `sh ran x\n\n<img src=x> ${image} \`id\``;
    const evil = {
      ...EVENT,
      message: { en: said, ja: said },
      chain: { process, ancestors: [], complete: true },
    };
    const text = eventMarkdown(evil, formatsOf('en'), (key) => key);
    expect(text).toContain(`\n- \`sh -c x **Fixed** ${image}\\x202e\` (pid 30, uid 33)\n`);
    expect(text).toContain(`\n\n\`sh ran x <img src=x> ${image} 'id'\`\n`);
    expect(text.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/!\[|<img|\*\*Fixed/);
  });
});

describe('incidents in the list of events', () => {
  const member = (id: string, severity: 'critical' | 'medium', atMs: number): SecurityEvent => ({
    ...EVENT,
    id,
    severity,
    occurredAtMs: atMs,
    incident: 'x',
  });
  const events = [
    member('late', 'medium', 3000),
    member('worst', 'critical', 2000),
    { ...EVENT, id: 'alone' },
  ];

  it('are one row each, by their worst event, until they are opened', () => {
    const { rows, others, members } = incidentRows(events, new Set());
    expect(rows.map(({ id }) => id)).toEqual(['worst', 'alone']);
    expect([others.get('worst'), others.get('alone'), members.size]).toEqual([1, 0, 0]);
  });

  it('show the other events below when they are opened', () => {
    const { rows, members } = incidentRows(events, new Set(['worst']));
    expect(rows.map(({ id }) => id)).toEqual(['worst', 'late', 'alone']);
    expect([...members]).toEqual(['late']);
  });
});
