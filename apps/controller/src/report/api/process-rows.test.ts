// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AgentEvent, ProcessInfo } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { foldProcesses, isProcessEvent } from './process-rows.ts';

const process = (pid: number, name: string): ProcessInfo => ({
  pid,
  startBootUs: pid * 1000,
  name,
  executable: `/bin/${name}`,
  arguments: [name],
  argumentsTruncated: false,
  argumentsRedacted: false,
  uid: 0,
  euid: 0,
});
const event = (
  action: 'exec' | 'existing' | 'exit',
  pid: number,
  name = 'sh',
  exitCode?: number,
): AgentEvent => ({
  id: `n:b:process:${pid}${action}`,
  cluster: 'local',
  tenant: 'default',
  node: 'n',
  bootId: 'b',
  stream: 'process',
  sequence: pid,
  bootUs: pid,
  occurredAtMs: pid,
  workload: { workload: 'w', kind: 'Container', namespace: '', name: 'c', container: 'c1' },
  severity: 'info',
  owasp: { 2022: [], 2025: [] },
  attack: [],
  aggregation: { count: 1, firstAtMs: pid, lastAtMs: pid },
  kind: 'process',
  action,
  chain: { process: process(pid, name), ancestors: [], complete: true },
  ...(exitCode === undefined ? {} : { exitCode }),
});
/** Events come newest first. */
const fold = (...events: AgentEvent[]) => foldProcesses(events.reverse().filter(isProcessEvent));

describe('processes of a workload', () => {
  it('run until an end is seen', () => {
    expect(fold(event('exec', 1)).map(({ running }) => running)).toEqual([true]);
    expect(fold(event('exec', 1), event('exit', 1)).map(({ running }) => running)).toEqual([false]);
    expect(fold(event('exec', 1, 'sh', 0)).map(({ running }) => running)).toEqual([false]);
  });

  it('with the same command are one row, with all starts counted', () => {
    const [row, ...more] = fold(event('exec', 1), event('exit', 1), event('exec', 2), event('exec', 3));
    expect(more).toEqual([]);
    expect(row).toMatchObject({ count: 3, running: true, firstAtMs: 1, lastAtMs: 3, container: 'c1' });
  });

  it('with other commands are rows of their own, newest first', () => {
    expect(fold(event('existing', 1, 'init'), event('exec', 2, 'sh')).map((row) => row.process.name)).toEqual(
      ['sh', 'init'],
    );
  });

  it('that only ended, long after their start was forgotten, make no row', () => {
    expect(fold(event('exit', 9))).toEqual([]);
  });
});
