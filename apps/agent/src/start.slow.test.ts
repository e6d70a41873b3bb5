// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Modules of ours that a program has loaded when `module` is loaded, as paths of the checkout. */
function loadedBy(module: string): string[] {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        loaded.push(url);
        return next(url, context);
      },
    });
    await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    process.stdout.write(JSON.stringify(loaded));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
    timeout: 60_000,
    env: { PATH: process.env['PATH'] },
  });
  const urls: string[] = JSON.parse(output);
  return urls
    .filter((url) => url.startsWith('file:') && !url.includes('/node_modules/'))
    .map((url) => relative(ROOT, fileURLToPath(url)));
}

/** What an agent, which stays in memory on every node, does without until a survey is due; then a process that ends has it. */
const NOT_RESIDENT = [
  /^packages\/(contracts|engine|scan)\/src\/index\.ts$/,
  /^packages\/contracts\/src\/api\//,
  /^packages\/engine\/src\/(admission|cel|cluster-posture|frameworks|posture)\//,
  /^packages\/scan\/src\/(advisories|hygiene|image|licences|matchers|sbom|scan|versions|vex)\//,
  /^packages\/scan\/src\/catalogers\/(?!golang\/build-info\.ts)/,
  /^packages\/scan\/src\/secrets\/(?!keep\.ts)/,
];

describe('an agent that starts', () => {
  it('loads what it needs all the time, and nothing that only a survey needs', { timeout: 60_000 }, () => {
    const loaded = loadedBy('./wire.ts');
    expect(loaded).toContain('apps/agent/src/wire.ts');
    expect(loaded.filter((path) => NOT_RESIDENT.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it('would be found out: the process of surveys does load that', { timeout: 60_000 }, () => {
    const loaded = loadedBy('./sense/package-survey.ts');
    expect(loaded.filter((path) => NOT_RESIDENT.some((pattern) => pattern.test(path)))).not.toEqual([]);
  });
});
