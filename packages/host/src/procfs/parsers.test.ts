// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cgroupLayout } from '../cgroups/layout.ts';
import { parseFibTrie, parseIfInet6 } from './addresses.ts';
import { capabilityNames } from './capability-names.ts';
import { containerPath, parseCgroupFile } from './cgroup-file.ts';
import { looksSecret, secretNames } from './environment.ts';
import { parseMountinfo } from './mountinfo.ts';
import { addressText, parseSockets } from './sockets.ts';
import { parseStat } from './stat.ts';
import { parseStatus } from './status.ts';

describe('stat', () => {
  const line = (name: string) =>
    `42 (${name}) S 7 42 42 34816 42 4194560 1 2 3 4 50 60 7 8 20 0 1 0 1234 100 250 18446744073709551615`;

  it('reads pid, parent, terminal, times and memory', () => {
    expect(parseStat(line('sh'))).toEqual({
      pid: 42,
      name: 'sh',
      state: 'S',
      parentPid: 7,
      tty: 34816,
      cpuTicks: 110,
      startBootUs: 12_340_000,
      residentPages: 250,
      stackStart: 0,
    });
    expect(parseStat(`${line('sh')} 4194304 4198400 140726339911120 0 0`)).toMatchObject({
      stackStart: 140_726_339_911_120,
    });
  });

  it('is not fooled by a name with brackets and spaces', () => {
    expect(parseStat(line(') R 1 1 1 (x'))).toMatchObject({
      pid: 42,
      name: ') R 1 1 1 (x',
      parentPid: 7,
      startBootUs: 12_340_000,
    });
  });

  it('gives nothing for what is not one', () => {
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('42 (sh) S 7')).toBeUndefined();
  });
});

describe('status', () => {
  it('reads identity and rights', () => {
    const content =
      'Name:\tsh\nUid:\t1000\t0\t0\t0\nGid:\t100\t100\t100\t100\nNSpid:\t42\t1\nCapEff:\t00000000a80425fb\nCapBnd:\tff\nNoNewPrivs:\t1\nSeccomp:\t2\nThreads:\t3\n';
    expect(parseStatus(content)).toEqual({
      uid: 1000,
      euid: 0,
      gid: 100,
      capsEffective: '00000000a80425fb',
      capsBounding: '00000000000000ff',
      noNewPrivileges: true,
      seccomp: 2,
      namespacePids: [42, 1],
      threads: 3,
    });
  });

  it('gives nothing without identity, and unknown for what the kernel does not say', () => {
    expect(parseStatus('Name:\tsh\n')).toBeUndefined();
    expect(parseStatus('Uid:\t0\t0\nGid:\t0\n')).toMatchObject({
      noNewPrivileges: undefined,
      seccomp: undefined,
    });
  });
});

describe('cgroup', () => {
  const hybrid = '4:memory:/c/1\n3:cpu,cpuacct:/c/1\n1:name=systemd:/s\n0::/u/1\n';

  it('reads the hybrid form and prefers the memory controller', () => {
    const membership = parseCgroupFile(hybrid);
    expect(membership.unified).toBe('/u/1');
    expect(membership.controllers.get('cpuacct')).toBe('/c/1');
    expect(containerPath(membership)).toBe('/c/1');
    expect(containerPath(parseCgroupFile('0::/only\n'))).toBe('/only');
    expect(containerPath(parseCgroupFile(''))).toBeUndefined();
  });

  it.each([
    [
      'v2',
      '30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      { mode: 'v2', keyHierarchy: 'unified', keyRoot: '/sys/fs/cgroup' },
    ],
    [
      'v1',
      '31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      { mode: 'v1', keyHierarchy: 'memory', keyRoot: '/sys/fs/cgroup/memory' },
    ],
    [
      'systemd alone',
      '31 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 c rw',
      { mode: 'v2', keyHierarchy: 'unified' },
    ],
    [
      'hybrid',
      '31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 c rw',
      { mode: 'hybrid', keyHierarchy: 'memory', unifiedRoot: '/sys/fs/cgroup/unified' },
    ],
    ['none', '', { mode: 'unknown', keyHierarchy: 'none', keyRoot: undefined }],
  ])('tells the layout: %s', (_, mountinfo, expected) => {
    expect(cgroupLayout(mountinfo)).toMatchObject(expected);
  });
});

describe('mounts', () => {
  it('reads target, options and escapes', () => {
    const [mount] = parseMountinfo(
      '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n',
    );
    expect(mount).toMatchObject({
      root: '/mnt1',
      target: '/mnt 2',
      readOnly: false,
      filesystem: 'ext3',
      source: '/dev/root',
    });
    expect(mount?.options).toContain('noatime');
  });

  it('knows read-only by mount and by file system', () => {
    expect(parseMountinfo('1 0 8:1 / / ro - ext4 /d rw\n')[0]?.readOnly).toBe(true);
    expect(parseMountinfo('1 0 8:1 / / rw - ext4 /d ro\n')[0]?.readOnly).toBe(true);
  });
});

describe('sockets and addresses', () => {
  it('reads the tables of the kernel', () => {
    const table =
      '  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 652 1 0\n   1: broken\n';
    expect(parseSockets(table, 'tcp')).toEqual([
      {
        protocol: 'tcp',
        localAddress: '127.0.0.1',
        localPort: 8080,
        remoteAddress: '0.0.0.0',
        remotePort: 0,
        state: 10,
        uid: 0,
        inode: '652',
      },
    ]);
  });

  it('writes addresses as RFC 5952 does, mapped ones as IPv4', () => {
    expect(addressText(Buffer.from('20010db8000000000000000000000001', 'hex'))).toBe('2001:db8::1');
    expect(addressText(Buffer.from('00000000000000000000ffff0a000001', 'hex'))).toBe('10.0.0.1');
    expect(addressText(Buffer.alloc(16))).toBe('::');
    expect(addressText(Buffer.from([1, 2]))).toBe('');
  });

  it('finds the addresses of a namespace', () => {
    const trie =
      'Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.1.0.7\n        /32 host LOCAL\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 10.1.0.255\n        /32 link BROADCAST\n';
    expect(parseFibTrie(trie)).toEqual(['10.1.0.7']);
    expect(
      parseIfInet6(
        '00000000000000000000000000000001 01 80 10 80 lo\nfd000000000000000000000000000002 02 40 00 80 eth0\nfe800000000000000000000000000002 02 40 20 80 eth0\n',
      ),
    ).toEqual(['fd00::2']);
  });
});

describe('names', () => {
  it('are those of the kernel for capabilities', () => {
    expect(capabilityNames('0000000000000021')).toEqual(['CAP_CHOWN', 'CAP_KILL']);
    expect(capabilityNames('8000000000000000')).toEqual(['CAP_63']);
    expect(capabilityNames('zz')).toEqual([]);
  });

  it('tell which variables hold secrets, without their values', () => {
    const environ = Buffer.from(
      'PATH=/bin\0DB_PASSWORD=hunter2\0EMPTY_TOKEN=\0API_KEY_FILE=/run/x\0AWS_SECRET_ACCESS_KEY=abc\0SSH_AUTH_SOCK=/tmp/x\0=odd\0',
    );
    expect(secretNames(environ)).toEqual(['AWS_SECRET_ACCESS_KEY', 'DB_PASSWORD']);
    expect(JSON.stringify(secretNames(environ))).not.toContain('hunter2');
    expect(looksSecret('HOSTNAME')).toBe(false);
  });
});

describe('every parser', () => {
  it('survives any text (property)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (content) => {
        parseStat(content);
        parseStatus(content);
        parseCgroupFile(content);
        parseMountinfo(content);
        parseSockets(content, 'tcp');
        parseFibTrie(content);
        parseIfInet6(content);
        expect(Array.isArray(secretNames(Buffer.from(content)))).toBe(true);
      }),
      { seed: 5, numRuns: 150 },
    );
  });
});
