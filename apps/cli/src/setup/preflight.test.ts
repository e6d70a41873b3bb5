// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type MachineFacts, probeMachine } from './machine.ts';
import { blocking, preflight } from './preflight.ts';

const GOOD: MachineFacts = {
  isRoot: true,
  architecture: 'x64',
  kernel: '6.12.9-amd64',
  hasBtf: true,
  cgroup: 'v2',
  capabilities: (1n << 63n) - 1n,
  isSysWritable: true,
  freeDiskBytes: 50 * 1024 ** 3,
  memoryBytes: 8 * 1024 ** 3,
  availableMemoryBytes: 6 * 1024 ** 3,
  runtimes: ['docker'],
  missingSensorPackages: [],
  hasSystemd: true,
  proxy: undefined,
};
const stateOf = (facts: Partial<MachineFacts>, id: string): string | undefined =>
  preflight({ ...GOOD, ...facts }).find((row) => row.id === id)?.state;

describe('preflight', () => {
  it('is all ok on a good machine', () => {
    expect(preflight(GOOD).filter((row) => row.state !== 'ok')).toEqual([]);
  });

  it.each<[Partial<MachineFacts>, string, string]>([
    [{ hasBtf: false }, 'btf', 'off'],
    [{ kernel: '5.15.0' }, 'kernel', 'limited'],
    [{ kernel: '4.19.0' }, 'kernel', 'off'],
    [{ cgroup: 'none' }, 'cgroup', 'limited'],
    [{ capabilities: 0n }, 'capabilities', 'limited'],
    [{ capabilities: undefined }, 'capabilities', 'limited'],
    [{ isSysWritable: false }, 'sys', 'limited'],
    [{ missingSensorPackages: ['clang'] }, 'sensor-packages', 'off'],
    [{ freeDiskBytes: 1024 ** 3 }, 'disk', 'limited'],
    [{ availableMemoryBytes: 600 * 1024 ** 2 }, 'memory', 'limited'],
    [{ runtimes: [] }, 'runtimes', 'off'],
  ])('says what is lost with %o: %s is %s', (facts, id, expected) => {
    expect(stateOf(facts, id)).toBe(expected);
    const row = preflight({ ...GOOD, ...facts }).find((one) => one.id === id);
    expect(row?.lost).toBeDefined();
    expect(blocking(preflight({ ...GOOD, ...facts }))).toBeUndefined();
  });

  it.each<[Partial<MachineFacts>, string]>([
    [{ freeDiskBytes: 1024 ** 2 }, 'E_DISK_SPACE'],
    [{ availableMemoryBytes: 1024 ** 2 }, 'E_MEMORY'],
  ])('stops with %o: %s', (facts, code) => {
    expect(blocking(preflight({ ...GOOD, ...facts }))?.code).toBe(code);
  });
});

describe('machine', () => {
  const root = mkdtempSync(join(tmpdir(), 'bartizan-machine-'));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is read from its own files; what is not there is unknown, never zero', () => {
    mkdirSync(join(root, 'proc/self'), { recursive: true });
    writeFileSync(join(root, 'proc/self/mounts'), 'cgroup /a cgroup rw 0 0\ncgroup2 /b cgroup2 rw 0 0\n');
    mkdirSync(join(root, 'run/podman'), { recursive: true });
    writeFileSync(join(root, 'run/podman/podman.sock'), '');
    const facts = probeMachine({ root, stateRoot: root, env: {} });
    expect(facts.cgroup).toBe('hybrid');
    expect(facts.runtimes).toEqual(['podman']);
    expect(facts.hasBtf).toBe(false);
    expect(facts.capabilities).toBeUndefined();
    expect(facts.availableMemoryBytes).toBeUndefined();
    expect(facts.isSysWritable).toBe(false);
  });
});
