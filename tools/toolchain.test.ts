// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-toolchain-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An npm that ends as told and leaves these lines in its log. */
const npmThat = (status: number, log: readonly string[]): void => {
  const lines = log.map((line) => `'${line}'`).join(' ');
  const script = [
    '#!/bin/sh',
    'for argument in "$@"; do case $argument in --logs-dir=*) logs=$' +
      '{argument#--logs-dir=} ;; esac; done',
    'mkdir -p "$logs" node_modules/.store',
    `printf '%s\\n' ${lines} >"$logs/1-debug-0.log"`,
    `exit ${status}`,
  ];
  writeFileSync(join(folder, 'bin', 'npm'), script.join('\n'));
  chmodSync(join(folder, 'bin', 'npm'), 0o755);
};

const install = (): number | null =>
  spawnSync('sh', ['-euc', '. "$1/tools/toolchain.sh"; dependencies_use "$2"', 'sh', CHECKOUT, folder], {
    env: { PATH: `${join(folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
  }).status;

const UNREACHED = 3;

describe('packages of the checkout', () => {
  it.each([
    '22 error code ECONNREFUSED',
    '22 error code ENOTFOUND',
    '22 error code EAI_AGAIN',
    '22 error code ETIMEDOUT',
    '22 error code ENETUNREACH',
    '22 error code ERR_SOCKET_TIMEOUT',
    '22 error code SELF_SIGNED_CERT_IN_CHAIN',
    '22 error code E407',
    '22 error network request to the registry failed',
  ])('that cannot be fetched are a matter of the way to the registry: %s', (line) => {
    npmThat(1, ['8 verbose argv "ci"', line, '23 error syscall connect']);
    expect(install()).toBe(UNREACHED);
  });

  it.each([
    '22 error code ENOTEMPTY',
    '22 error code ENOSPC',
    '22 error code EACCES',
    '22 error code EINTEGRITY',
    '22 error Exit handler never called!',
    '22 verbose code ECONNREFUSED',
  ])('that cannot be put in place are none: %s', (line) => {
    npmThat(1, ['8 verbose argv "ci"', line]);
    expect(install()).toBe(1);
    expect(existsSync(join(folder, '.npm-ci.log', '1-debug-0.log'))).toBe(true);
  });

  it('are told by the log of this time, and leave none when they are there', () => {
    npmThat(1, ['22 error code ENOTFOUND']);
    expect(install()).toBe(UNREACHED);
    npmThat(1, ['22 error code ENOSPC']);
    expect(install()).toBe(1);
    npmThat(0, ['1 info ok']);
    expect(install()).toBe(0);
    expect(existsSync(join(folder, '.npm-ci.log'))).toBe(false);
    expect(readFileSync(join(folder, 'node_modules', '.bartizan-lock'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the launcher', () => {
  it.each([
    ['ECONNREFUSED', 'E_NETWORK', 'HTTPS_PROXY'],
    ['ENOTEMPTY', 'E_NPM_INSTALL', 'node_modules'],
  ])('tells %s as %s with a remedy that fits, in both languages', (npm, code, remedy) => {
    npmThat(1, [`22 error code ${npm}`]);
    mkdirSync(join(folder, 'tools'));
    for (const path of ['bartizan', 'tools/launcher.sh'])
      writeFileSync(join(folder, path), readFileSync(join(CHECKOUT, path)));
    // Without the pinned pair: nothing is fetched.
    writeFileSync(
      join(folder, 'tools', 'toolchain.sh'),
      `${readFileSync(join(CHECKOUT, 'tools/toolchain.sh'), 'utf8')}\ntoolchain_use() { :; }\n`,
    );
    for (const [language, word] of [
      ['en', 'Remedy: '],
      ['ja', '対処: '],
    ] as const) {
      const run = spawnSync('sh', [join(folder, 'bartizan'), 'help', '--lang', language], {
        encoding: 'utf8',
        env: { PATH: `${join(folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
      });
      expect([run.status, run.stderr]).toEqual([1, expect.stringContaining(`bartizan: ${code}: `)]);
      expect(run.stderr.split('\n').find((line) => line.includes(word))).toContain(remedy);
    }
  });
});
