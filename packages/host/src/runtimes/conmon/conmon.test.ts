// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MonitoredContainer } from '../../testing/monitored-container.ts';
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
  let container: MonitoredContainer;
  beforeEach(() => {
    container = new MonitoredContainer();
  });
  afterEach(() => container.remove());

  const read = (pids: readonly number[] = [101]) =>
    readMonitored({ id: container.id, pids }, container.machine);

  it('has a name, an image and a pid without an answer of Podman', () => {
    writeFileSync(container.pidFile, '101');
    expect(read()).toMatchObject({
      runtime: 'podman',
      id: container.id,
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
    container.store(rows);
    expect(read()).toMatchObject({ name: 'web', image: undefined });
  });

  it('is not named by a program that sees another root than the machine', () => {
    const inside = join(container.folder, 'inside');
    mkdirSync(inside);
    container.process(200, 1, ['conmon', '-c', ID, '-n', 'pretended', '-b', container.bundle], inside);
    container.process(201, 200, ['sh']);
    expect(read([201])).toBeUndefined();
  });

  it.each([
    ['another manager', JSON.stringify({ annotations: { 'io.container.manager': 'cri-o' } })],
    ['no annotation', '{}'],
    ['no form', '{'],
  ])('is not taken from a bundle with %s', (_what, config) => {
    container.config(config);
    expect(read()).toBeUndefined();
  });

  it('does not follow parents without end', () => {
    container.process(300, 301, ['a']);
    container.process(301, 300, ['b']);
    expect(read([300])).toBeUndefined();
  });
});
