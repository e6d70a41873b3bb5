// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type InstancePaths, instancePaths } from '../instance/paths.ts';
import { type InstanceRecord, readRecord } from '../instance/record.ts';
import { type SupervisorStatus, statusPath } from '../instance/status.ts';
import { pruneReleases } from './release.ts';
import type { ProgramEnd } from './run-program.ts';
import { isInPlace, isService, type ServiceManager, startInstance } from './service.ts';
import { uninstall } from './uninstall.ts';
import { upgrade } from './upgrade.ts';

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-service-'));
  const found = instancePaths({
    BARTIZAN_INSTANCE: 'one',
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
    BARTIZAN_RUN_DIR: join(folder, 'run'),
    BARTIZAN_CACHE_DIR: join(folder, 'cache'),
    BARTIZAN_USER: 'bzt-no-such-user',
  });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  for (const path of [paths.controller, paths.backups, paths.etc, paths.run, join(folder, 'units')])
    mkdirSync(path, { recursive: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const dropIn = (): string => join(folder, 'units/bartizan@one.service.d/release.conf');

/** The record of a release, which is made. */
function recordOf(release: string, service = true): InstanceRecord {
  const units = join(paths.releases, release, 'deploy/systemd');
  mkdirSync(units, { recursive: true });
  writeFileSync(join(units, 'bartizan@.service'), '[Unit]\n');
  return {
    version: 1,
    port: 8443,
    agentPort: 8444,
    host: '127.0.0.1',
    release,
    checkout: folder,
    user: 'nobody',
    node: '/usr/bin/true',
    publicNames: [],
    agentEnabled: false,
    runcRoots: [],
    runtimes: [],
    service,
    createdAtMs: 1,
  };
}

/** What the data says, each file by its name. */
const dataFiles = (): string[] =>
  existsSync(paths.controller)
    ? readdirSync(paths.controller)
        .sort()
        .map((name) => `${name} ${readFileSync(join(paths.controller, name), 'utf8')}`)
    : [];

/**
 * A service manager that starts what the drop-in names, which leaves its name in the data; a release in `broken` does
 * not come up, one in `hanging` never says anything.
 */
function manager(broken: readonly string[] = [], hanging: readonly string[] = []) {
  const calls: string[] = [];
  const control = async (args: readonly string[]): Promise<ProgramEnd> => {
    calls.push(args.join(' '));
    if (args[0] === 'restart') {
      const release = /\/release\/([a-z]+)\/apps/.exec(readFileSync(dropIn(), 'utf8'))?.[1] ?? '';
      writeFileSync(join(paths.controller, 'core.db'), release);
      if (hanging.includes(release)) return { code: 0, stdout: '', stderr: '' };
      const status = statusOf(release, broken.includes(release) ? 'failed' : 'running');
      writeFileSync(statusPath(paths), JSON.stringify(status));
    }
    return { code: 0, stdout: '', stderr: '' };
  };
  const made: ServiceManager = { units: join(folder, 'units'), isThere: () => true, control };
  return { made, calls };
}

const statusOf = (release: string, state: 'running' | 'failed'): SupervisorStatus => ({
  supervisor: { pid: 1, startedAtMs: 1 },
  release,
  controller: { state, restarts: 0, sinceMs: 1 },
  agent: { state: 'off', restarts: 0, sinceMs: 1 },
  sensor: { state: 'off' },
});

const none: ServiceManager = {
  units: '/no/such/folder',
  isThere: () => false,
  control: () => Promise.reject(new Error('there is none')),
};

describe('an instance that the service manager starts', () => {
  it('is started by it after every upgrade, from a release that is there', async () => {
    const { made, calls } = manager();
    const first = recordOf('a');
    expect(await startInstance(paths, first, made)).toEqual({ ok: true, value: undefined });
    let before = first;
    for (const release of ['b', 'c']) {
      const next = recordOf(release);
      expect(await upgrade(paths, { before, next }, made)).toMatchObject({ ok: true });
      pruneReleases(paths, [release, before.release]);
      before = next;
    }
    expect(readFileSync(dropIn(), 'utf8')).toContain(`${paths.releases}/c/apps/cli/src/supervise/main.js`);
    expect([existsSync(join(paths.releases, 'c')), existsSync(join(paths.releases, 'a'))]).toEqual([
      true,
      false,
    ]);
    expect(calls.filter((call) => call === 'restart bartizan@one.service')).toHaveLength(3);
    expect([isInPlace(paths, before, made), isInPlace(paths, first, made)]).toEqual([true, false]);
  });

  it('is started by it from the release before when the newer one does not come up', async () => {
    const { made } = manager(['b']);
    const [a, b] = [recordOf('a'), recordOf('b')];
    await startInstance(paths, a, made);
    expect(await upgrade(paths, { before: a, next: b }, made)).toMatchObject({
      ok: false,
      error: { code: 'E_UPGRADE_ROLLED_BACK' },
    });
    expect(readFileSync(dropIn(), 'utf8')).toContain(`${paths.releases}/a/apps/`);
    expect(readRecord(paths)).toEqual({ ok: true, value: a });
  });

  it('has its data back, whole, where no second copy can be made', async () => {
    const { made } = manager(['b']);
    const [a, b] = [recordOf('a'), recordOf('b')];
    await startInstance(paths, a, made);
    writeFileSync(join(paths.controller, 'slice-1.db'), 'events');
    // A disk that is full the second time: the copy is cut off after its first file.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const script = `[ ! -e ${folder}/again ] || { mkdir -p "$4"; cp "$3/core.db" "$4"; exit 1; }\n>${folder}/again`;
    writeFileSync(join(bin, 'cp'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\nexec cp "$@"\n`, {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    await upgrade(paths, { before: a, next: b }, made);
    expect(dataFiles()).toEqual(['core.db a', 'slice-1.db events']);
    expect(readdirSync(paths.state).sort()).toEqual(['backup', 'controller', 'release']);
  });

  it('has its data back from another file system', async () => {
    const { made } = manager(['b']);
    const [a, b] = [recordOf('a'), recordOf('b')];
    const elsewhere = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bartizan-service-'));
    rmSync(paths.backups, { recursive: true });
    symlinkSync(elsewhere, paths.backups);
    try {
      await startInstance(paths, a, made);
      mkdirSync(`${paths.controller}.back`);
      writeFileSync(`${paths.controller}.back/left`, 'by a crash');
      await upgrade(paths, { before: a, next: b }, made);
      expect(dataFiles()).toEqual(['core.db a']);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('runs the release and the data of before when Ctrl-C ends the wait for a newer one that hangs', async () => {
    const { made, calls } = manager([], ['b']);
    const [a, b] = [recordOf('a'), recordOf('b')];
    await startInstance(paths, a, made);
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(), 100);
    expect(await upgrade(paths, { before: a, next: b, interrupted: aborter.signal }, made)).toMatchObject({
      ok: false,
      error: { code: 'E_UPGRADE_ROLLED_BACK', detail: expect.stringContaining('Ctrl-C') },
    });
    expect([readRecord(paths), dataFiles()]).toEqual([{ ok: true, value: a }, ['core.db a']]);
    const asked = calls.length;
    await upgrade(paths, { before: a, next: b, interrupted: aborter.signal }, made);
    expect(calls.length).toBe(asked);
  });

  it('is not recorded as such where there is no service manager', async () => {
    expect(await startInstance(paths, recordOf('a'), none)).toMatchObject({
      ok: false,
      error: { code: 'E_NO_SYSTEMD' },
    });
    expect(readRecord(paths)).toMatchObject({ ok: false, error: { code: 'E_NOT_UP' } });
  });

  it('leaves nothing with the service manager, whatever its record says, and others what is theirs', async () => {
    const { made, calls } = manager();
    const other = join(folder, 'units/bartizan@two.service.d');
    mkdirSync(other);
    for (const left of [['bartizan@.service', 'bartizan@two.service.d'], []]) {
      for (const path of [paths.controller, paths.etc, paths.run]) mkdirSync(path, { recursive: true });
      await startInstance(paths, recordOf('a'), made);
      writeFileSync(join(paths.etc, 'instance.json'), '{"damaged":');
      expect(await uninstall(paths, true, made)).toEqual({ ok: true, value: { left: [] } });
      expect(readdirSync(join(folder, 'units')).sort()).toEqual(left);
      rmSync(other, { recursive: true, force: true });
    }
    expect(calls.slice(-2)).toEqual(['disable --now bartizan@one.service', 'daemon-reload']);
  });

  it('leaves nothing where the service manager does not run any more', async () => {
    const { made } = manager();
    await startInstance(paths, recordOf('a'), made);
    await uninstall(paths, true, { ...made, isThere: () => false });
    expect(readdirSync(join(folder, 'units'))).toEqual([]);
  });

  it.each([
    [true, undefined, 'E_NO_SYSTEMD', true],
    [undefined, undefined, false, false],
    // A record of a machine that had one does not keep the instance from starting.
    [undefined, true, false, true],
    [false, true, false, false],
  ])('asked %s, before %s: %s without a service manager, %s with one', (asked, before, without, with_) => {
    const outcome = (one: ServiceManager) => {
      const found = isService(asked, before, one);
      return found.ok ? found.value : found.error.code;
    };
    expect([outcome(none), outcome(manager().made)]).toEqual([without, with_]);
  });
});
