// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../apps/cli/src');
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-pack-'));
  for (const file of ['main.ts', 'packed.ts'])
    put(`apps/cli/src/${file}`, readFileSync(join(CLI, file), 'utf8'));
  put('apps/cli/package.json', '{"name":"@bartizan/cli","type":"module","version":"7"}');
  put('apps/cli/src/command-line.ts', "import { run } from './app.ts';\nawait run(process.argv[2] ?? '');\n");
  put(
    'apps/cli/src/app.ts',
    `const groups = {
  policy: async () => (await import('./commands/routes/policy.ts')).say(),
  scan: async () => (await import('./commands/routes/scan.ts')).say(),
  other: async () => (await import('./commands/routes/other.ts')).say(),
};
export const run = async (word: string): Promise<void> => {
  console.log(await groups[word as keyof typeof groups](), process.argv[3] === 'also' ? await groups.other() : '');
};
`,
  );
  put(
    'apps/cli/src/commands/routes/policy.ts',
    `import { readFileSync } from 'node:fs';
export const say = (): string =>
  'policy ' + JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;
`,
  );
  put(
    'apps/cli/src/commands/routes/scan.ts',
    "import { platform } from 'node:os';\nexport const say = (): string => 'スキャン ' + /^ü$/.test('ü') + ' ' + platform();\n",
  );
  put('apps/cli/src/commands/routes/other.ts', "export const say = (): string => 'other';\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const folder = (group = 'policy'): string => join(root, 'node_modules/.bartizan-packed', group);
const packGroup = (...words: string[]): void => {
  execFileSync(process.execPath, [join(import.meta.dirname, 'pack-commands.ts'), root, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
};
const pack = (...words: string[]): void => packGroup('policy', ...words);
const start = (...words: string[]): string =>
  spawnSync(process.execPath, [join(root, 'apps/cli/src/main.ts'), ...words], {
    encoding: 'utf8',
  }).stdout.trim();

describe('packed commands', () => {
  it('of two groups lie beside each other, in ASCII, and say what the sources say', () => {
    pack();
    packGroup('scan');
    writeFileSync(join(folder('scan'), 'inputs.json'), '[]');
    put('apps/cli/src/commands/routes/scan.ts', 'throw new Error();\n');
    expect(start('scan')).toBe('スキャン true linux');
    expect(start('policy')).toBe('policy 7');
    for (const name of readdirSync(folder('scan')))
      expect(readFileSync(join(folder('scan'), name), 'latin1')).not.toMatch(/[\u0080-\u00ff]/);
  });

  it('are none of a group that is not packed', () => {
    expect(() => packGroup('other')).toThrow('usage: pack-commands.ts ROOT policy|scan [--release]');
  });

  it('say what the sources say, find what lies beside those, and leave the other commands where they are', () => {
    pack();
    const packed = readdirSync(folder()).filter((name) => name.endsWith('.js'));
    expect(packed).toContain('main.js');
    expect(packed.some((name) => readFileSync(join(folder(), name), 'utf8').includes("'other'"))).toBe(false);
    // Only what was packed is left of the sources of policy commands.
    writeFileSync(join(folder(), 'inputs.json'), '[]');
    put('apps/cli/src/commands/routes/policy.ts', 'throw new Error();\n');
    expect(start('policy')).toBe('policy 7');
    expect(start('policy', 'also')).toBe('policy 7 other');
    expect(start('other')).toBe('other');
  });

  it('give way to a source that has changed', () => {
    pack();
    expect(start('policy')).toBe('policy 7');
    expect(existsSync(join(folder(), 'inputs.json'))).toBe(true);
    put('apps/cli/src/commands/routes/policy.ts', "export const say = (): string => 'policy, changed';\n");
    expect(start('policy')).toBe('policy, changed');
    expect(existsSync(join(folder(), 'inputs.json'))).toBe(false);
    pack();
    expect(start('policy')).toBe('policy, changed');
    expect(existsSync(join(folder(), 'inputs.json'))).toBe(true);
    expect(readdirSync(dirname(folder()))).toEqual(['policy']);
  });

  it('of a release name no sources, for those never change, and are the same wherever it is made', () => {
    const files = (): string[][] =>
      readdirSync(folder()).map((name) => [name, readFileSync(join(folder(), name), 'utf8')]);
    pack('--release');
    expect(readFileSync(join(folder(), 'inputs.json'), 'utf8')).toBe('[]');
    const first = files();
    const here = root;
    root = mkdtempSync(join(tmpdir(), 'bartizan-pack-elsewhere-'));
    try {
      cpSync(join(here, 'apps'), join(root, 'apps'), { recursive: true });
      pack('--release');
      expect(files()).toEqual(first);
    } finally {
      rmSync(root, { recursive: true, force: true });
      root = here;
    }
  });
});
