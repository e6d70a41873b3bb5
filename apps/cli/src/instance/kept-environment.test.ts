// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  environmentPath,
  keptVariables,
  programVariables,
  removeEnvironment,
  writeEnvironment,
} from './kept-environment.ts';
import { type InstancePaths, instancePaths } from './paths.ts';

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-kept-'));
  const found = instancePaths({ BARTIZAN_ETC_DIR: folder });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  mkdirSync(paths.etc);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROXY = 'http://me:p"a$s`w\\o%rd@proxy:3128';
const ENVIRONMENT = {
  HTTPS_PROXY: PROXY,
  no_proxy: '',
  CARGO_HOME: '/opt/my cargo',
  TZ: 'a\nEVIL=1',
  NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
  LD_PRELOAD: '/tmp/x.so',
};

describe('what is kept of the environment of `up`', () => {
  it('is proxies in both ways of writing, and what the build of the sensor needs', () => {
    expect(programVariables({ ...ENVIRONMENT, https_proxy: 'http://p' })).toEqual({
      TZ: ENVIRONMENT.TZ,
      HTTPS_PROXY: PROXY,
      https_proxy: 'http://p',
      no_proxy: '',
      NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
    });
    expect(Object.keys(keptVariables(ENVIRONMENT))).toContain('CARGO_HOME');
  });

  it('is there for the service manager as it was, and for nobody but root', () => {
    writeEnvironment(paths, ENVIRONMENT);
    expect(statSync(environmentPath(paths)).mode & 0o777).toBe(0o600);
    const text = readFileSync(environmentPath(paths), 'utf8');
    expect(text.split('\n').filter((line) => /EVIL|LD_PRELOAD|TZ/.test(line))).toEqual([]);
    // Quoting is that of a shell.
    const script = `. ${environmentPath(paths)}; printf '%s|%s' "$HTTPS_PROXY" "$CARGO_HOME"`;
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8', env: {} }).stdout).toBe(
      `${PROXY}|/opt/my cargo`,
    );
    removeEnvironment(paths);
    expect(existsSync(environmentPath(paths))).toBe(false);
  });

  it('stays where the next `up` says nothing of it, and goes where that sets it to nothing', () => {
    const kept = (): string => readFileSync(environmentPath(paths), 'utf8');
    expect(writeEnvironment(paths, { HTTPS_PROXY: PROXY, CARGO_HOME: '/c', LANG: 'C' })).toBe(true);
    const first = kept();
    expect([writeEnvironment(paths, {}), kept()]).toEqual([false, first]);
    expect([writeEnvironment(paths, { LANG: 'ja_JP.UTF-8' }), kept().includes('ja_JP')]).toEqual([
      false,
      true,
    ]);
    expect(writeEnvironment(paths, { HTTPS_PROXY: 'http://other' })).toBe(true);
    expect(kept()).toBe('CARGO_HOME="/c"\nHTTPS_PROXY="http://other"\nLANG="ja_JP.UTF-8"\n');
    expect(writeEnvironment(paths, { HTTPS_PROXY: '' })).toBe(true);
    expect(kept()).toBe('CARGO_HOME="/c"\nLANG="ja_JP.UTF-8"\n');
    expect(writeEnvironment(paths, { HTTPS_PROXY: '' })).toBe(false);
  });
});
