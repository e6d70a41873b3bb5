// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, readJson, readText, writeAtomic } from './files.ts';
import { type InstancePaths, instanceEnvironment, instancePaths } from './paths.ts';
import { isAlive, readMark, removeMark, startTicks, writeMark } from './process-mark.ts';
import { type InstanceRecord, readRecord, writeRecord } from './record.ts';
import {
  makePassword,
  makeSecrets,
  passwordPath,
  readOneTimePassword,
  readSecrets,
  writeOneTimePassword,
} from './secrets.ts';
import { readStatus, statusPath } from './status.ts';

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-instance-'));
  const found = instancePaths({
    BARTIZAN_INSTANCE: 'one',
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
    BARTIZAN_RUN_DIR: join(folder, 'run'),
  });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  for (const path of [paths.etc, paths.run, paths.state]) makeFolder(path, 0o700);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RECORD: InstanceRecord = {
  version: 1,
  port: 8443,
  agentPort: 8444,
  host: '127.0.0.1',
  release: 'abc',
  checkout: '/src',
  user: 'bartizan',
  node: '/node',
  publicNames: [],
  agentEnabled: true,
  runcRoots: ['/run/runc'],
  runtimes: [],
  service: false,
  createdAtMs: 1,
};

describe('instance paths', () => {
  it('are the system folders unless the environment says otherwise', () => {
    const found = instancePaths({});
    expect(found.ok && [found.value.state, found.value.etc, found.value.run]).toEqual([
      '/var/lib/bartizan/main',
      '/etc/bartizan/main',
      '/run/bartizan/main',
    ]);
  });

  it.each(['../x', 'A', '', 'a/b', '-a', 'x'.repeat(40), 'a b'])('refuse the name %j', (name) => {
    expect(instancePaths({ BARTIZAN_INSTANCE: name })).toMatchObject({
      ok: false,
      error: { code: 'E_INSTANCE_NAME' },
    });
  });

  it('lead another program to the same instance', () => {
    expect(instancePaths(instanceEnvironment(paths))).toEqual({ ok: true, value: paths });
  });
});

describe('files', () => {
  it('are written with exactly the rights asked for, also over an old file', () => {
    const path = join(folder, 'secret');
    writeFileSync(path, 'old', { mode: 0o644 });
    writeAtomic(path, 'new', 0o600);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new', 0o600]);
  });

  it('lie in folders that others may pass, whatever the umask, up to those that were there', () => {
    const mask = process.umask(0o077);
    try {
      mkdirSync(join(folder, 'own'));
      makeFolder(join(folder, 'own/a/b/c'), 0o750);
    } finally {
      process.umask(mask);
    }
    const modes = ['own', 'own/a', 'own/a/b', 'own/a/b/c'].map(
      (path) => statSync(join(folder, path)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o755, 0o755, 0o750]);
  });

  it('that are missing, too large or not JSON read as nothing', () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(5 * 1024 * 1024));
    writeFileSync(join(folder, 'bad'), '{');
    expect([
      readText(join(folder, 'none')),
      readText(join(folder, 'large')),
      readJson(join(folder, 'bad')),
    ]).toEqual([undefined, undefined, undefined]);
  });
});

describe('process mark', () => {
  it('knows a living process and not a later one of the same number', () => {
    writeMark(paths.run, 'me', process.pid);
    const mark = readMark(paths.run, 'me');
    expect(mark?.pid).toBe(process.pid);
    writeFileSync(join(paths.run, 'me.pid'), `${process.pid} 1\n`);
    expect(readMark(paths.run, 'me')).toBeUndefined();
  });

  it('is nothing for a process that ended, and for a damaged file', async () => {
    const child = spawn('true');
    const pid = child.pid ?? 0;
    const ticks = startTicks(pid) ?? '0';
    await new Promise((resolve) => child.once('close', resolve));
    expect(isAlive({ pid, startTicks: ticks })).toBe(false);
    writeFileSync(join(paths.run, 'x.pid'), 'hello');
    expect(readMark(paths.run, 'x')).toBeUndefined();
    removeMark(paths.run, 'x');
    expect(readText(join(paths.run, 'x.pid'))).toBeUndefined();
  });
});

describe('instance record', () => {
  it('comes back as written, for root only', () => {
    writeRecord(paths, RECORD);
    expect(readRecord(paths)).toEqual({ ok: true, value: RECORD });
    expect(statSync(join(paths.etc, 'instance.json')).mode & 0o777).toBe(0o600);
  });

  it('that is missing or damaged is an error with its own code', () => {
    expect(readRecord(paths)).toMatchObject({ ok: false, error: { code: 'E_NOT_UP' } });
    writeFileSync(join(paths.etc, 'instance.json'), '{"port":"x"}');
    expect(readRecord(paths)).toMatchObject({ ok: false, error: { code: 'E_INSTANCE_RECORD' } });
  });
});

describe('secrets', () => {
  it('are made once, 0600, and never replaced', () => {
    makeSecrets(paths);
    const first = readSecrets(paths);
    makeSecrets(paths);
    expect(readSecrets(paths)).toEqual(first);
    expect(first.ok && Buffer.from(first.value.dataKey, 'base64').length).toBe(32);
    for (const name of ['data.key', 'local-root.token'])
      expect(statSync(join(paths.etc, name)).mode & 0o777).toBe(0o600);
  });

  it('that are damaged or missing are E_KEY_MISSING', () => {
    makeSecrets(paths);
    writeFileSync(join(paths.etc, 'data.key'), 'c2hvcnQ=');
    expect(readSecrets(paths)).toMatchObject({ ok: false, error: { code: 'E_KEY_MISSING' } });
  });

  it('give passwords that differ and are easy to read', () => {
    const passwords = Array.from({ length: 200 }, () => makePassword());
    expect(new Set(passwords).size).toBe(200);
    for (const password of passwords) expect(password).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{20}$/);
  });

  it('forget a one-time password after 24 hours', () => {
    const password = writeOneTimePassword(paths);
    expect(readOneTimePassword(paths, Date.now())).toBe(password);
    const old = Date.now() / 1000 - 25 * 3600;
    utimesSync(passwordPath(paths), old, old);
    expect(readOneTimePassword(paths, Date.now())).toBeUndefined();
    expect(readText(passwordPath(paths))).toBeUndefined();
  });
});

describe('status', () => {
  it('is nothing when it was never written or has another form', () => {
    expect(readStatus(paths)).toBeUndefined();
    mkdirSync(paths.run, { recursive: true });
    writeFileSync(statusPath(paths), '{"controller":{"state":"dancing"}}');
    expect(readStatus(paths)).toBeUndefined();
  });
});
