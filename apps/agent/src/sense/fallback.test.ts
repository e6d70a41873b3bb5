// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, cgroupLayout, openCgroupIndex, openProcfs } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noDiscovery } from '../testing/parts.ts';
import { Attributor } from './attributor.ts';
import { Fallback } from './fallback.ts';
import { FlowTable } from './flow-table.ts';
import { ProcessTree } from './process-tree.ts';

const PID = 40;
/** Polls are made by the test. */
const clock: Clock = {
  wallMs: () => 1000,
  bootUs: () => 1_000_000,
  after: () => () => undefined,
  every: () => () => undefined,
};

let folder = '';
/** The process as procfs shows it: always of the same id and start. */
function runs(program: string, words: readonly string[], stackStart = 0): void {
  const at = join(folder, String(PID));
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  const fields = ['S', 1, ...Array.from({ length: 17 }, () => 0), 700, 0, 0, 0, 0, 0, stackStart];
  writeFileSync(join(at, 'stat'), `${PID} (x) ${fields.join(' ')} 0 0\n`);
  writeFileSync(
    join(at, 'status'),
    'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNSpid:\t40\nCapEff:\t0\nThreads:\t1\n',
  );
  writeFileSync(join(at, 'cmdline'), `${words.join('\0')}\0`);
  symlinkSync(program, join(at, 'exe'));
}

function watch() {
  const procfs = openProcfs(folder);
  const told: string[] = [];
  const ends: string[] = [];
  const host = { namespaces: {}, root: undefined };
  const fallback = new Fallback({
    procfs,
    cgroups: openCgroupIndex(cgroupLayout('')),
    host,
    clock,
    tree: new ProcessTree(),
    flows: new FlowTable(),
    attributor: new Attributor({
      discovery: noDiscovery({ kind: 'host' }),
      procfs,
      host,
      clock,
      cluster: () => 'local',
      nodeName: 'n',
    }),
    isSensorRunning: () => false,
    isOurs: () => false,
    onSighting: ({ trigger, chain }) => told.push(`${trigger} ${chain?.process.arguments.join(' ')}`),
    onProcess: ({ action, chain }) => {
      if (action === 'exit') ends.push(chain.process.executable);
    },
  });
  return { fallback, told, ends };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-fallback-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('without the sensor', () => {
  it('a process that is seen again as it was is told once, also when its program is deleted', () => {
    const { fallback, told } = watch();
    runs('/bin/sh', ['sh'], 0x7000);
    fallback.pollProcesses();
    fallback.pollProcesses();
    runs('/bin/sh (deleted)', ['sh'], 0x7000);
    fallback.pollProcesses();
    expect(told).toEqual(['exec sh']);
  });

  it('a process that runs another program is told again, with that, and ends as that', () => {
    const { fallback, told, ends } = watch();
    runs('/bin/sh', ['sh']);
    fallback.pollProcesses();
    runs('/tmp/miner', ['miner', '-o', 'pool:3333']);
    fallback.pollProcesses();
    fallback.pollProcesses();
    expect(told).toEqual(['exec sh', 'exec miner -o pool:3333']);
    expect(ends).toEqual([]);
    rmSync(join(folder, String(PID)), { recursive: true });
    fallback.pollProcesses();
    expect(ends).toEqual(['/tmp/miner']);
  });

  it('the same program is told again when it was executed again with something else', () => {
    const { fallback, told } = watch();
    runs('/usr/bin/python3', ['python3', 'app.py'], 0x7000);
    fallback.pollProcesses();
    runs('/usr/bin/python3', ['python3', 'shell.py'], 0x7990);
    fallback.pollProcesses();
    expect(told).toEqual(['exec python3 app.py', 'exec python3 shell.py']);
  });

  it('a process that is ending, whose program and stack are gone, is not told again', () => {
    const { fallback, told } = watch();
    runs('/bin/sh', ['sh'], 0x7000);
    fallback.pollProcesses();
    runs('/bin/sh', ['sh']);
    rmSync(join(folder, String(PID), 'exe'));
    fallback.pollProcesses();
    expect(told).toEqual(['exec sh']);
  });
});
