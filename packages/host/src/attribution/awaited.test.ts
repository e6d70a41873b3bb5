// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcfs } from '../procfs/procfs.ts';
import type { RuntimeClient, Teller } from '../runtimes/registry.ts';
import { emptyContainer } from '../runtimes/runtime.ts';
import { MonitoredContainer } from '../testing/monitored-container.ts';
import { Awaited, containerIn } from './awaited.ts';
import type { KnownContainer } from './container-table.ts';

const ID = '0123456789abcdef'.repeat(4);

describe('the container that a cgroup path names', () => {
  it.each([
    [`/docker/${ID}`, `/docker/${ID}`],
    [`/system.slice/docker-${ID}.scope`, `/system.slice/docker-${ID}.scope`],
    [`/libpod_parent/libpod-${ID}`, `/libpod_parent/libpod-${ID}`],
    [`/machine.slice/libpod-${ID}.scope/container`, `/machine.slice/libpod-${ID}.scope`],
    [
      `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope/init`,
      `/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`,
    ],
  ])('of %s is in %s', (path, own) => {
    expect(containerIn(path)).toEqual({ id: ID, path: own });
  });

  it.each([
    `/machine.slice/libpod-conmon-${ID}.scope`,
    `/crio-conmon-${ID}.scope`,
    `/docker/${ID.slice(1)}`,
    `/docker/${ID}0`,
    `/x${ID}`,
    '/user.slice',
    '/',
  ])('is none in %s', (path) => {
    expect(containerIn(path)).toBeUndefined();
  });
});

describe('a container whose engine told its id alone', () => {
  it('is named by its path until it is described, whatever its id is', () => {
    const one = new Awaited({ procfs: openProcfs('/nonexistent'), root: undefined }, () => new Set());
    expect(one.containerIn('/space/web-1/init')).toBeUndefined();
    one.announce('web-1');
    expect(one.containerIn('/space/web-1/init')).toEqual({ id: 'web-1', path: '/space/web-1' });
    expect(one.containerIn('/space/web-10')).toBeUndefined();
    one.described('web-1');
    expect(one.containerIn('/space/web-1/init')).toBeUndefined();
  });
});

describe('whether an engine will say more', () => {
  const known = (teller: Teller, name: string): KnownContainer => ({
    id: ID,
    teller,
    description: { ...emptyContainer('runc', '/run/runc', ID), name },
    kernel: undefined,
    cgroupPath: undefined,
    cgroupId: undefined,
    isRunning: true,
    endedAtMs: undefined,
  });
  const awaited = (...connected: RuntimeClient[]) =>
    new Awaited({ procfs: openProcfs('/nonexistent'), root: undefined }, () => new Set(connected));

  it.each([
    ['of what nobody described, while one answers', undefined, ['podman'], true],
    ['of what runc knows by its id', known('runc', ID), ['podman', 'runc'], true],
    ['of what containerd knows by its id, while Docker answers', known('containerd', ID), ['docker'], true],
    ['of what has a name', known('runc', 'web'), ['podman'], false],
    ['of what the only engine knows by its id', known('containerd', ID), ['containerd', 'runc'], false],
    ['of what the kernel alone shows', known('unknown', `libpod-${ID}`), ['podman'], true],
    ['where none answers', undefined, ['runc'], false],
  ] as const)('%s', (_what, container, connected, expected) => {
    expect(awaited(...connected).isExpected(ID, container)).toBe(expected);
  });

  it('is no longer expected once it was given up, and looks at some processes only', () => {
    const one = awaited('podman');
    for (let at = 0; at < 32; at += 1) {
      expect(one.isUnmet(ID, undefined)).toBe(true);
      expect(one.meet(ID, [1])).toBeUndefined();
    }
    expect(one.isUnmet(ID, undefined)).toBe(false);
    expect(one.isExpected(ID, undefined)).toBe(true);
    expect(one.giveUp(ID)).toBeUndefined();
    expect(one.isExpected(ID, undefined)).toBe(false);
  });
});

describe('a container that Podman holds without a service', () => {
  let container: MonitoredContainer;
  beforeEach(() => {
    container = new MonitoredContainer();
  });
  afterEach(() => container.remove());

  const rows = () => [{ id: container.id, metadata: JSON.stringify({ 'image-name': container.image }) }];

  it('is found by a later look, when the runtime between it and its conmon was just ending', () => {
    const one = new Awaited(container.machine, () => new Set());
    container.process(101, 555, ['runc', 'init']);
    expect(one.meet(container.id, [101])).toBeUndefined();
    expect(one.isUnmet(container.id, undefined)).toBe(true);
    container.process(101, 100, ['nginx']);
    expect(one.meet(container.id, [101])).toMatchObject({ name: 'web', image: container.image });
    expect(one.isUnmet(container.id, undefined)).toBe(false);
  });

  it('has its image by a later look, when the store was just written', () => {
    const one = new Awaited(container.machine, () => new Set());
    container.store('[{"id":');
    expect(one.meet(container.id, [101])).toBeUndefined();
    expect(one.isUnmet(container.id, undefined)).toBe(true);
    container.store(rows());
    expect(one.meet(container.id, [101])).toMatchObject({ name: 'web', image: container.image });
  });

  it('has its name at the end of the wait when it is of no image', () => {
    const one = new Awaited(container.machine, () => new Set());
    container.store([]);
    expect(one.meet(container.id, [101])).toBeUndefined();
    container.end(101);
    expect(one.meet(container.id, [101])).toBeUndefined();
    expect(one.giveUp(container.id)).toMatchObject({ name: 'web', image: undefined });
  });
});
