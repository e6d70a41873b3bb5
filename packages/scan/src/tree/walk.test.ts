// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { treeOf } from '../testing/trees.ts';
import { type FileTree, treeError } from './file-tree.ts';
import { type WalkOptions, type WalkOutcome, walk } from './walk.ts';

const OPTIONS: WalkOptions = {
  exclude: [],
  maxEntries: 1000,
  maxDepth: 10,
  isOneFileSystem: false,
  deadlineMs: 100,
  now: () => 0,
};

const run = (
  tree: FileTree,
  options: Partial<WalkOptions> = {},
): { paths: string[]; outcome: WalkOutcome } => {
  const paths: string[] = [];
  const outcome = walk(tree, { ...OPTIONS, ...options }, (file) => paths.push(file.path));
  return { paths, outcome };
};

const TREE = { '/b/2': '', '/b/1': '', '/a/x/deep': '', '/c': '', '/link': '-> /b' };

describe('walk', () => {
  it('visits every file once, in order, and follows no link', () => {
    expect(run(treeOf(TREE)).paths).toEqual(['/c', '/a/x/deep', '/b/1', '/b/2']);
  });

  it('enters more sub-folders of one folder than a call takes arguments', () => {
    const count = 150_000;
    const kind = 'directory' as const;
    const entries = Array.from({ length: count }, (_, at) => ({ name: `d${at}`, kind }));
    const tree = new Proxy(treeOf({}), {
      get: (target, name) => {
        if (name === 'list') return (path: string) => ok(path === '/' ? entries : []);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(run(tree, { maxEntries: 2 * count }).outcome.stoppedBy).toBeUndefined();
  });

  it('does not enter excluded directories', () => {
    expect(run(treeOf(TREE), { exclude: ['/b', '/a/x'] }).paths).toEqual(['/c']);
  });

  it('stops at the limit of names and says so', () => {
    const { outcome } = run(treeOf(TREE), { maxEntries: 3 });
    expect(outcome.stoppedBy).toBe('entries');
  });

  it('stops when the time is over and says so', () => {
    const files = Object.fromEntries(Array.from({ length: 1100 }, (_, at) => [`/f${at}`, '']));
    const { outcome, paths } = run(treeOf(files), { maxEntries: 5000, now: () => 101 });
    expect(outcome.stoppedBy).toBe('time');
    expect(paths.length).toBeLessThan(600);
  });

  it('counts what is nested too deep', () => {
    const { outcome, paths } = run(treeOf(TREE), { maxDepth: 1 });
    expect(outcome.tooDeep).toBe(1);
    expect(paths).not.toContain('/a/x/deep');
  });

  it('names directories that cannot be listed, and goes on', () => {
    const inner = treeOf(TREE);
    const tree = Object.create(inner, {
      list: {
        value: (path: string) =>
          path === '/b' ? err(treeError('scan.tree-denied', path, 'EACCES')) : inner.list(path),
      },
      stat: { value: (path: string) => inner.stat(path) },
      lstat: { value: (path: string) => inner.lstat(path) },
    }) as FileTree;
    const { outcome, paths } = run(tree);
    expect(outcome.unreadable).toEqual(['/b']);
    expect(paths).toContain('/a/x/deep');
  });

  it('stays on one file system when asked to', () => {
    const inner = treeOf(TREE);
    const tree = Object.create(inner, {
      list: { value: (path: string) => inner.list(path) },
      stat: { value: (path: string) => inner.stat(path) },
      lstat: {
        value: (path: string) => {
          const stat = inner.lstat(path);
          return stat.ok && path === '/b' ? { ok: true, value: { ...stat.value, device: 7 } } : stat;
        },
      },
    }) as FileTree;
    const { outcome, paths } = run(tree, { isOneFileSystem: true });
    expect(outcome.otherFileSystems).toEqual(['/b']);
    expect(paths).toEqual(['/c', '/a/x/deep']);
  });
});
