// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcfs } from '../../procfs/procfs.ts';
import { readArguments, readMonitored } from './conmon.ts';

const ID = 'ab'.repeat(32);

describe('arguments of conmon', () => {
  const bundle = '/var/lib/containers/storage/overlay-containers/x/userdata';

  it.each([
    ['short options', ['/usr/bin/conmon', '-c', ID, '-n', 'web', '-b', bundle]],
    ['long options', ['conmon', `--cid=${ID}`, '--name', 'web', `--bundle=${bundle}`]],
  ])('are read from %s', (_how, words) => {
    expect(readArguments(words)).toMatchObject({ id: ID, name: 'web', bundle });
  });

  it.each([
    ['another program', ['/usr/bin/commond', '-c', ID, '-n', 'web', '-b', bundle]],
    ['no name', ['conmon', '-c', ID, '-b', bundle]],
    ['an id that is none', ['conmon', '-c', '../../etc', '-n', 'web', '-b', bundle]],
    ['a bundle that is no whole path', ['conmon', '-c', ID, '-n', 'web', '-b', 'etc']],
    ['an option at the end without its value', ['conmon', '-n', 'web', '-b', bundle, '-c']],
    ['nothing', []],
  ])('are not taken from %s', (_what, words) => {
    expect(readArguments(words)).toBeUndefined();
  });

  it('of any form never throw (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const read = readArguments(['conmon', ...words]);
        expect(read === undefined || read.bundle.startsWith('/')).toBe(true);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('a container by its conmon', () => {
  let folder = '';
  let bundle = '';
  let root: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-conmon-'));
    bundle = join(folder, 'store/vfs-containers', ID, 'userdata');
    mkdirSync(bundle, { recursive: true });
    writeFileSync(
      join(bundle, 'config.json'),
      JSON.stringify({ annotations: { 'io.container.manager': 'libpod' } }),
    );
    const metadata = JSON.stringify({ 'image-name': 'docker.io/library/nginx:1', name: 'web' });
    store([{ id: 'other' }, { id: ID, names: ['web'], metadata, created: '2026-11-25T10:00:00Z' }]);
    addProcess(100, 1, ['/usr/bin/conmon', '-c', ID, '-n', 'web', '-b', bundle, '-p', join(folder, 'pid')]);
    addProcess(101, 100, ['nginx']);
    const identity = openProcfs(join(folder, 'proc')).rootIdentity(100);
    root = identity.ok ? identity.value : undefined;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const store = (rows: unknown): void =>
    writeFileSync(
      join(folder, 'store/vfs-containers/containers.json'),
      typeof rows === 'string' ? rows : JSON.stringify(rows),
    );
  const addProcess = (pid: number, parent: number, words: readonly string[], sees = folder): void => {
    const at = join(folder, 'proc', String(pid));
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'cmdline'), `${words.join('\0')}\0`);
    writeFileSync(join(at, 'stat'), `${pid} (x) S ${parent} ${'0 '.repeat(48)}\n`);
    symlinkSync(sees, join(at, 'root'));
  };
  const read = (pids: readonly number[] = [101]) =>
    readMonitored({ id: ID, pids }, { procfs: openProcfs(join(folder, 'proc')), root });

  it('has a name, an image and a pid without an answer of Podman', () => {
    writeFileSync(join(folder, 'pid'), '101');
    expect(read()).toMatchObject({
      runtime: 'podman',
      id: ID,
      name: 'web',
      image: 'docker.io/library/nginx:1',
      pid: 101,
      createdAtMs: Date.parse('2026-11-25T10:00:00Z'),
    });
  });

  it('is found by a parent when its first process has ended already', () => {
    expect(read([999, 100])).toMatchObject({ name: 'web', pid: undefined });
  });

  it.each([
    ['is cut off', `[{"id":"${ID}"`],
    ['does not have it', [{ id: 'other' }]],
    ['is of another form', { id: ID }],
  ])('has a name but no image when the store %s', (_how, rows) => {
    store(rows);
    expect(read()).toMatchObject({ name: 'web', image: undefined });
  });

  it('is not named by a program that sees another root than the machine', () => {
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    addProcess(200, 1, ['conmon', '-c', ID, '-n', 'pretended', '-b', bundle], inside);
    addProcess(201, 200, ['sh']);
    expect(read([201])).toBeUndefined();
  });

  it.each([
    ['another manager', JSON.stringify({ annotations: { 'io.container.manager': 'cri-o' } })],
    ['no annotation', '{}'],
    ['no form', '{'],
  ])('is not taken from a bundle with %s', (_what, config) => {
    writeFileSync(join(bundle, 'config.json'), config);
    expect(read()).toBeUndefined();
  });

  it('does not follow parents without end', () => {
    addProcess(300, 301, ['a']);
    addProcess(301, 300, ['b']);
    expect(read([300])).toBeUndefined();
  });
});
