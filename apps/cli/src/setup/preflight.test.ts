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
  hasRoute: true,
};
const stateOf = (facts: Partial<MachineFacts>, id: string): string | undefined =>
  preflight({ ...GOOD, ...facts }).find((row) => row.id === id)?.state;

describe('preflight', () => {
  it('is all ok on a good machine', () => {
    expect(preflight(GOOD).filter((row) => row.state !== 'ok')).toEqual([]);
  });

  it.each<[Partial<MachineFacts>, string, string, string | undefined]>([
    [{ hasBtf: false }, 'btf', 'off', 'E_NO_BTF'],
    [{ kernel: '5.15.0' }, 'kernel', 'limited', 'E_KERNEL_OLD'],
    [{ kernel: '4.19.0' }, 'kernel', 'off', 'E_KERNEL_OLD'],
    [{ cgroup: 'none' }, 'cgroup', 'limited', 'E_CGROUP'],
    [{ capabilities: 0n }, 'capabilities', 'limited', 'E_CAPABILITIES'],
    [{ capabilities: undefined }, 'capabilities', 'limited', 'E_CAPABILITIES'],
    [{ isSysWritable: false }, 'sys', 'limited', 'E_SYS_READ_ONLY'],
    // Nobody looked: that is not the same as nothing missing.
    [{ missingSensorPackages: undefined }, 'sensor-packages', 'limited', undefined],
    [{ missingSensorPackages: ['clang'] }, 'sensor-packages', 'off', 'E_PACKAGES_MISSING'],
    [{ freeDiskBytes: 1024 ** 3 }, 'disk', 'limited', 'E_DISK_SPACE'],
    [{ freeDiskBytes: undefined }, 'disk', 'limited', 'E_DISK_SPACE'],
    [{ availableMemoryBytes: 600 * 1024 ** 2 }, 'memory', 'limited', 'E_MEMORY'],
    [{ hasRoute: false }, 'network', 'limited', 'E_NETWORK'],
    [{ hasRoute: undefined }, 'network', 'limited', 'E_NETWORK'],
    [{ proxy: null }, 'network', 'limited', 'E_PROXY'],
    // A machine without containers is a normal one: there is nothing to do about it.
    [{ runtimes: [] }, 'runtimes', 'off', undefined],
  ])('says what is lost with %o: %s is %s, %s', (facts, id, expected, code) => {
    expect(stateOf(facts, id)).toBe(expected);
    const row = preflight({ ...GOOD, ...facts }).find((one) => one.id === id);
    expect(row?.lost).toBeDefined();
    expect(row?.code).toBe(code);
    expect(blocking(preflight({ ...GOOD, ...facts }))).toBeUndefined();
  });

  it('goes out by a proxy where one is named, whatever the routes', () => {
    const rows = preflight({ ...GOOD, hasRoute: false, proxy: 'proxy.example:3128' });
    expect(rows.find((row) => row.id === 'network')).toMatchObject({
      state: 'ok',
      found: 'HTTPS_PROXY proxy.example:3128',
    });
  });

  it.each<[Partial<MachineFacts>, string]>([
    [{ freeDiskBytes: 1024 ** 2 }, 'E_DISK_SPACE'],
    [{ availableMemoryBytes: 1024 ** 2 }, 'E_MEMORY'],
    [{ architecture: 'arm64' }, 'E_ARCHITECTURE'],
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
    expect(facts.hasRoute).toBeUndefined();
  });

  const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
  const ZEROS = '0'.repeat(32);
  const six = (device: string): string =>
    `${ZEROS} 00 ${ZEROS} 00 ${ZEROS} 00000400 0 0 00000001     ${device}\n`;
  it.each<[string, string, string, boolean]>([
    ['none but the kernel\u2019s refusals', HEAD, six('lo'), false],
    ['a net of its own', `${HEAD}eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`, '', false],
    ['IPv4', `${HEAD}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`, '', true],
    ['IPv6', HEAD, `${six('lo')}${six('eth0')}`, true],
  ])('has a way out by its routes: %s', (_name, four, sixth, expected) => {
    mkdirSync(join(root, 'proc/net'), { recursive: true });
    writeFileSync(join(root, 'proc/net/route'), four);
    writeFileSync(join(root, 'proc/net/ipv6_route'), sixth);
    expect(probeMachine({ root, stateRoot: root, env: {} }).hasRoute).toBe(expected);
  });

  it.each<[string, string | null | undefined]>([
    ['http://somebody:a-secret@proxy.example:3128', 'proxy.example:3128'],
    ['https://proxy.example', 'proxy.example'],
    ['proxy.example:3128', null],
    ['nonsense', null],
    ['', undefined],
  ])('has the proxy %j without who logs in to it', (value, expected) => {
    expect(probeMachine({ root, stateRoot: root, env: { HTTPS_PROXY: value } }).proxy).toBe(expected);
  });
});
