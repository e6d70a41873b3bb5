// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryTree } from './directory-tree.ts';

let base = '';
let root = '';
let tree: DirectoryTree;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bartizan-tree-'));
  root = join(base, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(base, 'secret'), 'outside');
  writeFileSync(join(root, 'secret'), 'inside');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0\n');
  tree = new DirectoryTree(root);
});

afterEach(() => {
  tree.close();
  rmSync(base, { recursive: true, force: true });
});

const text = (path: string): string | undefined => {
  const content = tree.read(path, { maxBytes: 1000 });
  return content.ok ? content.value.toString() : content.error.code;
};

describe('DirectoryTree', () => {
  it('reads files and lists directories', () => {
    expect(text('/etc/passwd')).toBe('root:x:0:0\n');
    expect(text('etc//./passwd')).toBe('root:x:0:0\n');
    const listed = tree.list('/');
    expect(listed.ok && [...listed.value].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'etc', kind: 'directory' },
      { name: 'secret', kind: 'file' },
    ]);
  });

  it.each([
    ['dots in the path', '../../../secret'],
    ['dots below a directory', '/etc/../../../secret'],
  ])('stays inside the root in spite of %s', (_name, path) => {
    expect(text(path)).toBe('inside');
  });

  it.each([
    ['an absolute link', '/secret'],
    ['a link with dots', '../../../../../../secret'],
    ['a link through a directory', '/etc/../../secret'],
  ])('resolves %s inside the root', (_name, target) => {
    symlinkSync(target, join(root, 'etc/link'));
    expect(text('/etc/link')).toBe('inside');
  });

  it('resolves a link to a directory outside of the root inside of it', () => {
    symlinkSync(base, join(root, 'out'));
    expect(text('/out/secret')).toBe('scan.tree-not-found');
  });

  it('gives up on a loop of links', () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    expect(text('/a')).toBe('scan.tree-link-loop');
  });

  it('gives up on links that grow without end', () => {
    symlinkSync('grow/x/y/z', join(root, 'grow'));
    expect(text('/grow')).toBe('scan.tree-link-loop');
  });

  it('says what kind a link is, and where it leads, without following it', () => {
    symlinkSync('/nowhere', join(root, 'dangling'));
    const stat = tree.lstat('/dangling');
    expect(stat.ok && stat.value.kind).toBe('link');
    expect(tree.readlink('/dangling')).toEqual({ ok: true, value: '/nowhere' });
    expect(text('/dangling')).toBe('scan.tree-not-found');
    expect(tree.readlink('/secret').ok).toBe(false);
  });

  it('never opens a pipe, which would wait for ever', () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(text('/pipe')).toBe('scan.tree-not-a-file');
    const stat = tree.stat('/pipe');
    expect(stat.ok && stat.value.kind).toBe('other');
  });

  it('refuses a file above the limit', () => {
    writeFileSync(join(root, 'large'), Buffer.alloc(1001));
    expect(text('/large')).toBe('scan.tree-too-large');
    writeFileSync(join(root, 'fits'), Buffer.alloc(1000));
    expect(text('/fits')).toHaveLength(1000);
  });

  it('reads files that lie about their size, as procfs does, and bounds them all the same', () => {
    const proc = new DirectoryTree('/proc/self');
    const status = proc.read('/status', { maxBytes: 100_000 });
    expect(status.ok && status.value.toString()).toContain('Name:');
    expect(proc.read('/status', { maxBytes: 10 })).toMatchObject({
      ok: false,
      error: { code: 'scan.tree-too-large' },
    });
    proc.close();
  });

  it('reads at offsets', () => {
    const file = tree.open('/etc/passwd');
    if (!file.ok) throw new Error(file.error.code);
    expect(file.value.readAt(5, 3).toString()).toBe('x:0');
    expect(file.value.readAt(8, 1000).toString()).toBe(':0\n');
    expect(file.value.readAt(5000, 10)).toHaveLength(0);
    file.value.close();
  });

  it('says setuid bits and rights', () => {
    chmodSync(join(root, 'secret'), 0o4755);
    const stat = tree.stat('/secret');
    expect(stat.ok && stat.value.mode).toBe(0o4755);
  });

  it('follows the root itself when it is a link, as the root of a process is', () => {
    symlinkSync(root, join(base, 'link-to-root'));
    const linked = new DirectoryTree(join(base, 'link-to-root'));
    expect(linked.read('/secret', { maxBytes: 100 })).toMatchObject({ ok: true });
    linked.close();
    const own = new DirectoryTree('/proc/self/root');
    expect(own.stat('/etc').ok).toBe(true);
    own.close();
  });

  it.each([
    ['/etc/passwd/x'],
    ['/nothing/at/all'],
    [`/${'x'.repeat(300)}`],
    ['/a\0b'],
    [`/${'x/'.repeat(3000)}`],
  ])('fails in a known way on %j', (path) => {
    expect(text(path)).toMatch(/^scan\.tree-(?:not-found|path-too-long)$/);
  });

  it('refuses a directory that was swapped for a link while it is looked at', () => {
    mkdirSync(join(root, 'swap'));
    writeFileSync(join(root, 'swap/secret'), 'inside too');
    expect(text('/swap/secret')).toBe('inside too');
    rmSync(join(root, 'swap'), { recursive: true });
    symlinkSync(base, join(root, 'swap'));
    expect(text('/swap/secret')).not.toBe('outside');
  });

  it('holds few descriptors however many directories it meets', () => {
    for (let at = 0; at < 400; at += 1) {
      mkdirSync(join(root, `d${at}`, 'e'), { recursive: true });
      writeFileSync(join(root, `d${at}`, 'e', 'f'), String(at));
    }
    for (let at = 0; at < 400; at += 1) expect(text(`/d${at}/e/f`)).toBe(String(at));
    const open = new DirectoryTree('/proc/self/fd');
    const listed = open.list('/');
    expect(listed.ok && listed.value.length).toBeLessThan(400);
    open.close();
  });
});
