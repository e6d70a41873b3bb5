// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../grpc/protobuf.ts';
import { openProcfs } from '../procfs/procfs.ts';
import { readContainer, readEvent } from './containerd/containerd.ts';
import { cgroupPathOf, readSpec } from './containerd/spec.ts';
import { readDockerEvent, readInspected } from './docker/docker.ts';
import { fieldsOf, readObject } from './json.ts';
import { openRunc, readRuncState } from './runc/runc.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-runtimes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a runtime specification', () => {
  it.each([
    ['/c/1', '/c/1'],
    ['c/1', '/c/1'],
    ['system.slice:docker:abc', '/system.slice/docker-abc.scope'],
    [
      'kubepods-burstable-pod1.slice:cri-containerd:abc',
      '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-abc.scope',
    ],
    ['', undefined],
  ])('names the cgroup %s as %s', (given, expected) => {
    expect(cgroupPathOf(given)).toBe(expected);
  });

  it('tells bind mounts from the others', () => {
    const spec = {
      mounts: [
        { type: 'proc', source: 'proc', destination: '/proc' },
        { type: 'bind', source: '/etc', destination: '/host', options: ['rbind', 'ro'] },
      ],
    };
    expect(readSpec(Buffer.from(JSON.stringify(spec))).mounts).toEqual([
      { source: '/etc', target: '/host', readOnly: true },
    ]);
  });

  it('gives nothing for what is not JSON', () => {
    expect(readSpec(Buffer.from('{'))).toEqual({
      cgroupPath: undefined,
      privileged: undefined,
      mounts: undefined,
      isSandbox: false,
    });
  });
});

describe('events', () => {
  const envelope = (topic: string, body: Record<number, string | number>) =>
    decodeMessage(
      encodeMessage({ 1: { 1: 1_700_000_000, 2: 5_000_000 }, 3: topic, 4: { 2: encodeMessage(body) } }),
    );

  it('of containerd tell starts, ends and removals, and not the end of a program beside the first', () => {
    const read = (topic: string, body: Record<number, string | number>) => {
      const message = envelope(topic, body);
      return message && readEvent(message);
    };
    expect(read('/tasks/start', { 1: 'abc', 2: 77 })).toEqual({
      kind: 'started',
      id: 'abc',
      pid: 77,
      atMs: 1_700_000_000_005,
    });
    expect(read('/tasks/exit', { 1: 'abc', 2: 'abc', 3: 77 })).toMatchObject({ kind: 'ended', id: 'abc' });
    expect(read('/tasks/exit', { 1: 'abc', 2: 'exec-1', 3: 78 })).toBeUndefined();
    expect(read('/containers/delete', { 1: 'abc' })).toMatchObject({ kind: 'removed' });
    expect(read('/tasks/start', {})).toBeUndefined();
  });

  it('of Docker and Podman tell who and what', () => {
    const event = {
      Type: 'container',
      Action: 'start',
      time: 1_700_000_000,
      Actor: { ID: 'abc', Attributes: { name: 'web', image: 'nginx', 'com.docker.compose.service': 'web' } },
    };
    expect(readDockerEvent(event)).toEqual({
      kind: 'started',
      id: 'abc',
      atMs: 1_700_000_000_000,
      name: 'web',
      image: 'nginx',
      labels: { 'com.docker.compose.service': 'web' },
    });
    expect(readDockerEvent({ ...event, Type: 'image' })).toBeUndefined();
    expect(readDockerEvent({ ...event, Action: 'exec_start: sh' })).toBeUndefined();
    expect(readDockerEvent(null)).toBeUndefined();
  });
});

describe('what is the sandbox of a pod', () => {
  const ofImage = (kind: 'docker' | 'podman', image: string): boolean | undefined => {
    const inspected = fieldsOf({ Id: 'abc', Config: { Image: image } });
    return inspected && readInspected(kind, '/s', inspected).isSandbox;
  };

  it.each([
    ['podman', 'localhost/podman-pause:4.3.1-0', true],
    ['podman', 'evil/podman-pause:1', false],
    ['podman', 'registry.example/localhost/podman-pause:4.3.1-0', false],
    ['podman', 'localhost/podman-pause-not:1', false],
    ['docker', 'evil/podman-pause:1', false],
    ['docker', 'localhost/podman-pause:4.3.1-0', false],
  ] as const)('%s with the image %s: %s', (kind, image, isSandbox) => {
    expect(ofImage(kind, image)).toBe(isSandbox);
  });

  /** A container of containerd as its API has it. */
  const inContainerd = (
    namespace: string,
    labels: Readonly<Record<string, string>>,
    annotations: Readonly<Record<string, string>>,
  ): boolean | undefined => {
    const spec = { annotations, linux: { cgroupsPath: '/kubepods/pod1/abc' } };
    const container = decodeMessage(
      encodeMessage({
        1: 'abc',
        2: Object.entries(labels).map(([key, value]) => ({ 1: key, 2: value })),
        5: { 2: Buffer.from(JSON.stringify(spec)) },
      }),
    );
    const where = { endpoint: '/s', namespace, task: undefined, digests: new Map<string, string>() };
    return container && readContainer(container, where).isSandbox;
  };
  const label = { 'io.cri-containerd.kind': 'sandbox' };
  const annotation = { 'io.kubernetes.cri.container-type': 'sandbox' };

  it('is told by containerd in the namespace of the CRI, by label and specification', () => {
    expect(inContainerd('k8s.io', label, annotation)).toBe(true);
  });

  it('is not told by a label, which an image may bring', () => {
    expect(inContainerd('default', label, {})).toBe(false);
    expect(inContainerd('k8s.io', label, {})).toBe(false);
    expect(inContainerd('default', label, annotation)).toBe(false);
    expect(inContainerd('k8s.io', { 'io.cri-containerd.kind': 'container' }, annotation)).toBe(false);
  });
});

describe('foreign JSON', () => {
  it('of another form never throws and never has another type (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const fields = fieldsOf(value);
        if (!fields) return;
        readInspected('docker', '/s', fields);
        readDockerEvent(value);
        expect(typeof fields.text('Id')).toBe('string');
        expect(Array.isArray(fields.objects('Mounts', 10))).toBe(true);
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('that is no object gives nothing', () => {
    expect(readObject('[1]')).toBeUndefined();
    expect(readObject('nonsense')).toBeUndefined();
  });
});

describe('state of runc', () => {
  const options = { procfs: openProcfs(), keyRoot: '/sys/fs/cgroup/memory' };
  const write = (id: string, state: unknown): void => {
    mkdirSync(join(folder, id), { recursive: true });
    writeFileSync(join(folder, id, 'state.json'), typeof state === 'string' ? state : JSON.stringify(state));
  };

  it('is running only while its first process is the one that was started', () => {
    const stat = options.procfs.stat(process.pid);
    const start = stat.ok ? stat.value.startBootUs / 10_000 : 0;
    write('live', {
      id: 'live',
      init_process_pid: process.pid,
      init_process_start: start,
      cgroup_paths: { memory: '/sys/fs/cgroup/memory/t/live' },
    });
    write('recycled', { id: 'recycled', init_process_pid: process.pid, init_process_start: start - 100 });
    expect(readRuncState(folder, 'live', options)).toMatchObject({
      state: 'running',
      pid: process.pid,
      cgroupPath: '/t/live',
    });
    expect(readRuncState(folder, 'recycled', options)).toMatchObject({ state: 'exited', pid: undefined });
  });

  it('lists the rest when one file is broken, and none where there is no folder', async () => {
    write('broken', '{"id": ');
    const listed = await openRunc(folder, options).list();
    expect(listed.ok && listed.value.map((one) => one.id).sort()).toEqual(['live', 'recycled']);
    expect(await openRunc(join(folder, 'none'), options).list()).toEqual({ ok: true, value: [] });
  });

  it('is not looked for outside its folder', async () => {
    expect(await openRunc(folder, options).find('../../etc')).toBeUndefined();
  });
});
