// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { treeOf } from '../testing/trees.ts';
import { MemoryTree, UNSEEN } from './memory-tree.ts';

const text = (tree: MemoryTree, path: string): string => {
  const content = tree.read(path, { maxBytes: 1000 });
  return content.ok ? content.value.toString() : content.error.code;
};

describe('MemoryTree', () => {
  it('gives back what was added', () => {
    const tree = treeOf({ '/a/b/c': 'deep', d: 'flat' });
    expect(text(tree, '/a/b/c')).toBe('deep');
    expect(text(tree, '/d')).toBe('flat');
    expect(tree.list('/a')).toEqual({ ok: true, value: [{ name: 'b', kind: 'directory' }] });
    expect(tree.list('/d')).toMatchObject({ error: { code: 'scan.tree-not-a-directory' } });
    expect(tree.list('/x')).toMatchObject({ error: { code: 'scan.tree-not-found' } });
  });

  it('resolves links inside itself', () => {
    const tree = treeOf({
      '/etc/os-release': '-> ../usr/lib/os-release',
      '/usr/lib/os-release': 'ID=x',
      '/up': '-> ../../../etc',
      '/loop': '-> loop',
    });
    expect(text(tree, '/etc/os-release')).toBe('ID=x');
    expect(text(tree, '/up/os-release')).toBe('ID=x');
    expect(text(tree, '/loop')).toBe('scan.tree-link-loop');
    expect(tree.readlink('/up')).toEqual({ ok: true, value: '../../../etc' });
    expect(tree.readlink('/etc')).toMatchObject({ ok: false });
    expect(tree.lstat('/up')).toMatchObject({ value: { kind: 'link' } });
  });

  it('keeps what is in a directory that is stated again, and drops it when the path becomes a file', () => {
    const tree = treeOf({ '/a/b': 'x' });
    tree.add('/a', 'directory', { mode: 0o700 });
    expect(text(tree, '/a/b')).toBe('x');
    tree.add('/a', 'file', { content: Buffer.from('now a file') });
    expect(text(tree, '/a')).toBe('now a file');
    expect(text(tree, '/a/b')).toBe('scan.tree-not-found');
  });

  it('makes directories where a link leads, within the limits of Linux', () => {
    const tree = new MemoryTree('t');
    tree.add('/a', 'link', { target: 'b/../c/d' });
    tree.add('/loop', 'link', { target: 'loop/x' });
    tree.add('/file', 'file', { content: Buffer.from('x') });
    tree.add('/to-file', 'link', { target: 'file/x' });
    tree.add('/long', 'link', { target: 'y/'.repeat(3_000) });
    for (const folder of ['a', 'loop', 'to-file', 'long'])
      tree.add(`/${folder}/e`, 'file', { content: Buffer.from(folder) });
    expect(text(tree, '/c/d/e')).toBe('a');
    expect(text(tree, '/file')).toBe('x');
    expect(['loop', 'to-file', 'long'].map((folder) => text(tree, `/${folder}/e`))).toEqual([
      'loop',
      'to-file',
      'long',
    ]);
    expect(tree.lstat('/y').ok).toBe(false);
    expect(tree.lstat('/long')).toMatchObject({ value: { kind: 'directory' } });
  });

  it('forgets what was noted by a name when a link led elsewhere', () => {
    const tree = treeOf({ '/to': '-> real' });
    const inspections = [{ cataloger: 'npm', path: '/to/seen', packages: [], problems: [] }];
    tree.add('/to/unseen', 'file', { inspections: UNSEEN });
    tree.add('/to/also', 'file', { inspections: UNSEEN });
    tree.add('/to/seen', 'file', { inspections });
    tree.add('/real/straight', 'file', { inspections: UNSEEN });
    expect(tree.inspected('/real/unseen')).toBeUndefined();
    expect(tree.inspected('/real/also')).toBeUndefined();
    expect(tree.inspected('/real/seen')).toBe(inspections);
    expect(tree.inspected('/real/straight')).toBe(UNSEEN);
  });

  it('removes and empties', () => {
    const tree = treeOf({ '/a/b': 'x', '/a/c/d': 'y' });
    tree.remove('/a/b');
    expect(text(tree, '/a/b')).toBe('scan.tree-not-found');
    tree.empty('/a');
    expect(tree.list('/a')).toEqual({ ok: true, value: [] });
    tree.remove('/not/there');
    tree.remove('/');
  });

  it('gives a file a second name', () => {
    const tree = treeOf({ '/a': 'x' });
    expect(tree.link('/b', '/a', 'layer 2')).toBe(true);
    expect(tree.link('/c', '/nothing', undefined)).toBe(false);
    tree.remove('/a');
    expect(text(tree, '/b')).toBe('x');
    expect(tree.layerOf('/b')).toBe('layer 2');
  });

  it('says when the content of a file was not kept', () => {
    const tree = new MemoryTree('t');
    tree.add('/big', 'file', { sizeBytes: 10 });
    expect(text(tree, '/big')).toBe('scan.tree-unreadable');
    expect(tree.read('/big', { maxBytes: 5 })).toMatchObject({ error: { code: 'scan.tree-too-large' } });
    expect(tree.open('/big').ok).toBe(false);
  });

  it('never throws, whatever paths and links it is given', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', '..', '.', '', 'c'), { maxLength: 6 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(path, path, fc.constantFrom('file', 'link', 'directory'))),
        path,
        (entries, asked) => {
          const tree = new MemoryTree('t');
          for (const [at, target, kind] of entries) {
            if (kind === 'link') tree.add(at, 'link', { target });
            else
              tree.add(
                at,
                kind === 'file' ? 'file' : 'directory',
                kind === 'file' ? { content: Buffer.from('x') } : {},
              );
          }
          tree.read(asked, { maxBytes: 10 });
          tree.list(asked);
          expect(tree.list('/').ok).toBe(true);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});
