// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { SeenPaths } from './seen-paths.ts';

const seen = (atMs: number, isCode = false) => ({ isCode, atMs });

describe('paths seen in containers', () => {
  it('remembers the newest time, and that a path was code once', () => {
    const paths = new SeenPaths();
    paths.add('c', '/a', seen(1, true));
    paths.add('c', '/a', seen(2));
    expect([...paths.of('c')]).toEqual([['/a', { isCode: true, atMs: 2 }]]);
    expect(paths.of('other').size).toBe(0);
  });

  it('is bounded: the container with most paths gives up its oldest, is told so once, and the loss is counted', () => {
    const paths = new SeenPaths(100);
    paths.add('small', '/kept', seen(0));
    for (let at = 0; at < 500; at += 1) paths.add('large', `/f${at}`, seen(at));
    expect(paths.of('large').size + paths.of('small').size).toBeLessThanOrEqual(100);
    expect(paths.of('small').has('/kept')).toBe(true);
    expect(paths.of('large').has('/f499')).toBe(true);
    expect(paths.of('large').has('/f0')).toBe(false);
    expect(paths.droppedTotal).toBe(501 - paths.of('large').size - 1);
    expect([paths.takeCut('large'), paths.takeCut('large'), paths.takeCut('small')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('keeps what is opened again longest', () => {
    const paths = new SeenPaths(32);
    paths.add('c', '/again', seen(0));
    for (let at = 0; at < 200; at += 1) {
      paths.add('c', `/f${at}`, seen(at));
      paths.add('c', '/again', seen(at));
    }
    expect(paths.of('c').has('/again')).toBe(true);
  });

  it('gives its room back when a container is forgotten', () => {
    const paths = new SeenPaths(10);
    for (let at = 0; at < 10; at += 1) paths.add('gone', `/f${at}`, seen(at));
    paths.forget('gone');
    for (let at = 0; at < 10; at += 1) paths.add('new', `/f${at}`, seen(at));
    expect([paths.of('new').size, paths.droppedTotal]).toEqual([10, 0]);
    expect(paths.containers()).toEqual(['new']);
  });
});
