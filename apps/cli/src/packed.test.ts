// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packedCommands } from './packed.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-packed-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const folder = (): string => join(root, 'node_modules/.bartizan-packed/policy');

/** Packs one source, as far as the list of inputs goes. */
function pack(): string {
  const source = join(root, 'source.ts');
  writeFileSync(source, 'one');
  const { mtimeMs, size } = statSync(source);
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'inputs.json'), JSON.stringify([['source.ts', mtimeMs, size]]));
  return source;
}
const program = (): string => pathToFileURL(join(folder(), 'main.js')).href;

describe('packed commands', () => {
  it('run while the sources are those that were packed', () => {
    pack();
    expect(packedCommands(root, 'policy')).toBe(program());
  });

  it('run in a release, which names no sources', () => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'inputs.json'), '[]');
    expect(packedCommands(root, 'policy')).toBe(program());
  });

  it.each<[string, (source: string) => void]>([
    ['longer', (source) => appendFileSync(source, 'more')],
    ['of another time', (source) => utimesSync(source, 1, 1)],
    ['gone', (source) => rmSync(source)],
  ])('leave it to the sources when one is %s, and are packed anew the next time', (_what, change) => {
    change(pack());
    expect(packedCommands(root, 'policy')).toBeUndefined();
    expect(existsSync(join(folder(), 'inputs.json'))).toBe(false);
  });

  it('leave it to the sources when nobody has packed them, or the list is torn', () => {
    expect(packedCommands(root, 'policy')).toBeUndefined();
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'inputs.json'), '[["source.ts",');
    expect(packedCommands(root, 'policy')).toBeUndefined();
  });
});
