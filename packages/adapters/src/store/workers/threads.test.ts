// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Loads a module in a fresh program and prints the address of each module that came with it. */
const LOOK = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => { const found = next(name, context); console.log(found.url); return found; } });
  await import(process.argv[1]);
`;

describe('the threads of the store', () => {
  // Each of them is started with every store: 0.2 s of CPU and 15 MB a thread, were the schemas among what they load.
  it.each(['writer.ts', 'reader.ts'])('load no schema: %s', (file) => {
    const path = new URL(file, import.meta.url).href;
    const end = spawnSync(process.execPath, ['--input-type=module', '--eval', LOOK, path], {
      encoding: 'utf8',
    });
    // Loaded whole: outside of a thread they end by what they first ask for.
    expect(end.stderr).toContain('runs in a worker thread');
    const loaded = end.stdout.trim().split('\n');
    expect(loaded.filter((url) => url.includes('/store/')).length).toBeGreaterThan(5);
    expect(loaded.filter((url) => /typebox|contracts\/src\/(index|schema)\.ts/.test(url))).toEqual([]);
  });
});
