// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-lint-'));
const SEED = `export const port = (text: string): number => {
  const settings = JSON.parse(text);
  return settings.port;
};
`;
/** Where `any` would spread unseen, and where it may. */
const PLACES = {
  'packages/contracts/src/seed.ts': true,
  'packages/engine/src/seed.ts': true,
  'packages/scan/src/deep/seed.ts': true,
  'packages/host/src/seed.ts': true,
  'apps/agent/src/seed.ts': true,
  'packages/engine/src/seed.test.ts': false,
  'packages/adapters/src/seed.ts': false,
};

let report = '';
beforeAll(() => {
  cpSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  cpSync(join(ROOT, 'tsconfig.base.json'), join(folder, 'tsconfig.json'));
  for (const path of Object.keys(PLACES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), SEED);
  }
  // The linter looks for its type-aware part on PATH: npm puts it there, a step that is run by itself does not.
  const programs = join(ROOT, 'node_modules/.bin');
  const { stdout } = spawnSync(join(programs, 'oxlint'), ['--type-aware', '--format', 'unix', '.'], {
    cwd: folder,
    env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` },
  });
  report = stdout.toString();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(Object.entries(PLACES))('an any that spreads in %s is refused: %s', (path, isRefused) => {
  const rules = report
    .split('\n')
    .filter((line) => line.replace(/^\.\//, '').startsWith(`${path}:`))
    .map((line) => /no-unsafe-[a-z-]+/.exec(line)?.[0]);
  expect([...new Set(rules)].toSorted()).toEqual(
    isRefused ? ['no-unsafe-assignment', 'no-unsafe-member-access', 'no-unsafe-return'] : [],
  );
});
