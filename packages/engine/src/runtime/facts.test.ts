// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ProcessChain, ProcessInfo } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { addressScope } from './address-scope.ts';
import { capabilityNames } from './capabilities.ts';
import { factsOfConnect, factsOfCredentials, factsOfExec, factsOfFileOpen, factsOfListen } from './facts.ts';
import { FACTS_BY_NAME, factTypes } from './vocabulary.ts';

const process = (name: string, more: Partial<ProcessInfo> = {}): ProcessInfo => ({
  pid: 100,
  startBootUs: 1,
  name,
  executable: `/bin/${name}`,
  arguments: [name, '-c', 'id'],
  argumentsTruncated: false,
  argumentsRedacted: false,
  uid: 1000,
  euid: 1000,
  ...more,
});
const chain = (own: ProcessInfo, ancestors: ProcessInfo[] = [], complete = true): ProcessChain => ({
  process: own,
  ancestors,
  complete,
});
const inside = {
  inContainer: true,
  workload: { workload: 'w-1', kind: 'Container', namespace: '', name: 'web', image: 'web:1' },
} as const;
const outside = { inContainer: false };

describe('facts of a program start', () => {
  it('carry names, arguments, streams and parent', () => {
    const facts = factsOfExec(
      chain(process('sh', { stdio: ['socket', 'socket', 'file'], capabilities: '3', containerPid: 7 }), [
        process('nginx', { uid: 33 }),
        process('init'),
      ]),
      inside,
    );
    expect(facts).toMatchObject({
      'process.name': 'sh',
      'process.command-line': 'sh -c id',
      'process.capabilities': ['CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
      'stdio.in': 'socket',
      'stdio.err': 'file',
      'parent.name': 'nginx',
      'parent.uid': 33,
      'ancestors.names': ['nginx', 'init'],
      'container.present': true,
      'container.image': 'web:1',
      'workload.name': 'web',
      'process.entry-point': false,
    });
  });

  it('leave out what is not known instead of inventing it', () => {
    const facts = factsOfExec(chain(process('sh'), [], false), outside);
    for (const name of [
      'stdio.in',
      'parent.name',
      'process.interactive',
      'process.capabilities',
      'workload.name',
    ])
      expect(facts).not.toHaveProperty([name]);
  });

  it('say no more than the name of a parent of which only that is known', () => {
    const named = process('bash', {
      executable: '',
      arguments: [],
      argumentsTruncated: true,
      uid: 0,
      euid: 0,
    });
    const facts = factsOfExec(chain(process('sh'), [named]), outside);
    expect(facts).toMatchObject({ 'parent.name': 'bash', 'ancestors.names': ['bash'] });
    for (const name of ['parent.uid', 'parent.executable', 'parent.command-line'])
      expect(facts).not.toHaveProperty([name]);
  });

  it.each([
    ['the entry point', chain(process('sh', { containerPid: 1 })), false],
    ['a child of the application', chain(process('sh', { containerPid: 9 }), [process('node')]), false],
    ['docker exec, parent seen', chain(process('sh', { containerPid: 9 }), [process('runc')]), true],
    [
      'a shim as parent',
      chain(process('sh', { containerPid: 9 }), [process('containerd-shim-runc-v2')]),
      true,
    ],
    ['the whole chain known, no parent inside', chain(process('sh', { containerPid: 9 })), true],
    ['the chain not known', chain(process('sh', { containerPid: 9 }), [], false), undefined],
  ])('tell whether it was put in from outside: %s', (_name, given, expected) =>
    expect(factsOfExec(given, inside)['process.entered']).toBe(expected),
  );

  const shim = process('containerd-shim-runc-v2', { pid: 50 });
  it.each([
    ['pid 1 of which no parent is known', chain(process('sh', { containerPid: 1 })), undefined, true],
    ['pid 1 that a runtime made', chain(process('sh', { containerPid: 1 }), [shim]), undefined, true],
    [
      'pid 1 that the init of the node took over',
      chain(process('sh', { containerPid: 1 }), [process('systemd', { pid: 1 })]),
      undefined,
      true,
    ],
    [
      'pid 1 of a namespace that unshare made',
      chain(process('sh', { containerPid: 1 }), [process('unshare', { pid: 90, containerPid: 30 })]),
      50,
      false,
    ],
    [
      'the first process in the pid namespace of the node',
      chain(process('sh', { containerPid: 4321 }), [shim]),
      100,
      true,
    ],
    ['another one there', chain(process('sh', { containerPid: 4321 }), [shim]), 99, false],
    ['nothing known', chain(process('sh')), undefined, undefined],
  ])('tell whether it is the first process of its container: %s', (_name, given, firstPid, expected) =>
    expect(factsOfExec(given, { ...inside, firstPid })['process.entry-point']).toBe(expected),
  );

  it('tell what was put in from outside also where the container has the pid namespace of the node', () => {
    const shell = chain(process('sh', { containerPid: 4321 }), [shim]);
    expect(factsOfExec(shell, { ...inside, firstPid: 100 })['process.entered']).toBe(false);
    expect(factsOfExec(shell, { ...inside, firstPid: 99 })['process.entered']).toBe(true);
  });

  it('tell that unshare was put in from outside, with what it runs as process 1 of its namespace', () => {
    const shell = process('sh', { containerPid: 1 });
    const unshare = process('unshare', { pid: 90, containerPid: 30 });
    const entered = (...ancestors: ProcessInfo[]) =>
      factsOfExec(chain(shell, ancestors), { ...inside, firstPid: 40 })['process.entered'];
    expect(entered(unshare, shim)).toBe(true);
    expect(entered(unshare, process('bash', { containerPid: 12 }), shim)).toBe(false);
    expect(entered({ ...unshare, containerPid: 1 }, shim)).toBe(false);
    expect(entered({ ...unshare, pid: 40 }, shim)).toBe(false);
  });

  it('bound the command line', () => {
    const long = process('sh', { arguments: Array.from({ length: 200 }, () => 'x'.repeat(4096)) });
    expect(String(factsOfExec(chain(long), outside)['process.command-line']).length).toBe(16_384);
  });
});

describe('facts of other happenings', () => {
  const connection = {
    protocol: 'tcp',
    direction: 'outbound',
    localAddress: '10.0.0.2',
    localPort: 40_000,
    remoteAddress: '203.0.113.9',
    remotePort: 3333,
  } as const;

  it('a file has path and access', () =>
    expect(
      factsOfFileOpen(chain(process('cat')), { path: '/etc/shadow', access: 'read' }, inside),
    ).toMatchObject({
      'file.path': '/etc/shadow',
      'file.access': 'read',
      'process.name': 'cat',
    }));

  it('a connection has both ends and their reach', () =>
    expect(factsOfConnect(undefined, connection, inside)).toMatchObject({
      'connection.remote-scope': 'public',
      'connection.local-scope': 'private',
      'connection.remote-port': 3333,
    }));

  it('a listener has no other end', () => {
    const facts = factsOfListen(undefined, { ...connection, localAddress: '0.0.0.0' }, inside);
    expect(facts['connection.local-scope']).toBe('any');
    expect(facts).not.toHaveProperty(['connection.remote-address']);
  });

  it('a change of credentials names the capabilities that were gained', () => {
    const facts = factsOfCredentials(
      chain(process('x')),
      {
        before: { uid: 1000, euid: 1000, capabilities: '0' },
        after: { uid: 0, euid: 0, capabilities: '200000' },
      },
      inside,
    );
    expect(facts['credentials.gained-capabilities']).toEqual(['CAP_SYS_ADMIN']);
    expect(
      factsOfCredentials(undefined, { before: { uid: 1, euid: 1 }, after: { uid: 0, euid: 0 } }, inside),
    ).not.toHaveProperty(['credentials.gained-capabilities']);
  });

  it('every name they use is in the vocabulary, with its type', () => {
    const all = {
      ...factsOfExec(
        chain(
          process('a', {
            stdio: ['tty', 'tty', 'tty'],
            cwd: '/',
            gid: 1,
            interactive: true,
            fileless: false,
            upperLayer: false,
            capabilities: '0',
            containerPid: 2,
          }),
          [process('b', { interactive: false })],
        ),
        { ...inside, workload: { ...inside.workload, containerName: 'c' } },
      ),
      ...factsOfFileOpen(undefined, { path: '/', access: 'read' }, inside),
      ...factsOfConnect(undefined, connection, inside),
      ...factsOfCredentials(
        undefined,
        { before: { uid: 0, euid: 0, capabilities: '0' }, after: { uid: 0, euid: 0, capabilities: '0' } },
        inside,
      ),
    };
    for (const [name, value] of Object.entries(all)) {
      const type = FACTS_BY_NAME.get(name)?.type;
      expect(type, name).toBe(
        Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value,
      );
    }
    // Those of the audit log and of restored objects are held to it by the tests of who reads them.
    const ofNodes = [...FACTS_BY_NAME.keys()].filter((name) => !/^(audit|restore)\./.test(name));
    expect(Object.keys(all).sort()).toEqual(ofNodes.sort());
  });
});

describe('the vocabulary', () => {
  it('speaks both languages', () => {
    for (const { phrase, description } of FACTS_BY_NAME.values())
      for (const part of [phrase, description]) {
        expect(part.en).toMatch(/^[\x20-\x7e]+$/);
        expect(part.ja).not.toBe('');
      }
  });
  it('gives a rule with two triggers only what both deliver', () => {
    expect(factTypes(['connect', 'listen']).has('connection.local-port')).toBe(true);
    expect(factTypes(['connect', 'listen']).has('connection.remote-port')).toBe(false);
    expect(factTypes(['exec']).has('file.path')).toBe(false);
  });
});

describe('capabilityNames', () => {
  it.each([
    ['0', []],
    ['200000', ['CAP_SYS_ADMIN']],
    ['20000000000', ['CAP_41']],
    ['xyz', undefined],
    ['', undefined],
    ['1ffffffffffffffff', undefined],
  ])('%s gives %j', (mask, names) => expect(capabilityNames(mask)).toEqual(names));
});

describe('addressScope', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'any'],
    ['::', 'any'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['8.8.8.8', 'public'],
    ['fe80::1%eth0', 'link-local'],
    ['fd00:ec2::254', 'private'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'public'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a00:5', 'private'],
    ['::FFFF:a9fe:a9fe', 'link-local'],
    ['0:0:0:0:0:ffff:7f00:1', 'loopback'],
    ['::ffff:0:0', 'any'],
    ['::ffff:808:808', 'public'],
    ['::ffff:1:10.0.0.1', 'public'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['::ffff:300.1.1.1', 'unknown'],
    ['1:2', 'unknown'],
    ['300.1.1.1', 'unknown'],
    ['1.2.3', 'unknown'],
    ['example.com', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (address, scope) => expect(addressScope(address)).toBe(scope));
});
