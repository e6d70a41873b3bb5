// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDirectory } from './policy-directory.ts';

let base = '';
let folder = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bartizan-directory-'));
  folder = join(base, 'policies');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rule.yaml'), 'a: 1\n');
});
afterEach(() => rmSync(base, { recursive: true }));

const link = (target: string, name: string): void => symlinkSync(target, join(folder, name));
async function paths(): Promise<readonly string[]> {
  const read = await readDirectory(folder, undefined);
  return read.state === 'read' ? read.content.files.map(({ path }) => path) : [];
}

describe('a link that leads nowhere', () => {
  it('is passed over when it leads out of the directory, whatever its name, also by other links', async () => {
    link('/usr/share/nowhere/LICENSE', 'LICENSE');
    link('../gone', 'team');
    link('../gone/rule.yaml', 'other.yaml');
    mkdirSync(join(base, 'there'));
    link('../there', 'there');
    link('LICENSE', 'again');
    link('there/gone', 'through');
    expect(await paths()).toEqual(['rule.yaml']);
  });

  it('is passed over when its name is one of a file that is no manifest', async () => {
    link('gone', 'README.md');
    link('gone', 'picture.PNG');
    expect(await paths()).toEqual(['rule.yaml']);
  });

  it.each([
    ['a folder', 'team', 'gone'],
    ['a folder with a dot in its name', 'team.v1', 'gone'],
    ['a manifest', 'other.yaml', 'gone/other.yaml'],
    ['a folder of a synchroniser', 'repo', '.worktrees/gone'],
    ['itself', 'circle', 'circle'],
    ['a folder by the name of the directory', 'round', join('..', 'policies', 'gone')],
  ])('is told when it may have been to %s inside', async (_what, name, target) => {
    link(target, name);
    await expect(paths()).rejects.toThrow(`${name} leads nowhere`);
  });

  it('is outside in a folder whose name only begins as that of the directory', async () => {
    link('../policies-old', 'old');
    expect(await paths()).toEqual(['rule.yaml']);
  });
});
