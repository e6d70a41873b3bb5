// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FactSheet } from './fact-sheet.ts';
import { collectSudo } from './sudo-facts.ts';

const FACT = 'accounts.sudo-without-password';
const INCLUDES = 'root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n';
const rule = (user: string): string => `${user} ALL=(ALL) NOPASSWD: ALL\n`;

let root = '';
const put = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const told = () => {
  const sheet = new FactSheet();
  collectSudo(sheet, root);
  return { list: JSON.parse(sheet.facts[FACT] ?? 'null'), unknown: sheet.unknown[FACT] };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-sudo-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('rules of sudo', () => {
  it('are those that it reads, not all that lies beside them', () => {
    put('/etc/sudoers', INCLUDES);
    put('/etc/sudoers.d/a', rule('a'));
    for (const name of ['b.dpkg-old', 'c.rpmsave', 'd~']) put(`/etc/sudoers.d/${name}`, rule('x'));
    expect(told()).toEqual({ list: ['/etc/sudoers.d/a: a'], unknown: undefined });
  });

  it('in a folder that nothing includes are none', () => {
    put('/etc/sudoers', '# @includedir /etc/sudoers.d\n');
    put('/etc/sudoers.d/a', rule('a'));
    expect(told()).toEqual({ list: [], unknown: undefined });
  });

  it('are whole where a folder lies among them, which sudo passes over', () => {
    put('/etc/sudoers', INCLUDES);
    put('/etc/sudoers.d/old/a', rule('a'));
    expect(told()).toEqual({ list: [], unknown: undefined });
  });

  it('are unknown where one of the files that it reads cannot be read', () => {
    put('/etc/sudoers', INCLUDES);
    mkdirSync(join(root, 'etc/sudoers.d'));
    symlinkSync('nowhere', join(root, 'etc/sudoers.d/a'));
    expect(told()).toEqual({ list: null, unknown: expect.stringContaining('/etc/sudoers.d/a') });
  });
});
