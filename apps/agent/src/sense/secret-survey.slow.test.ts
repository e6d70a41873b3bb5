// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { InventoryRecord, WorkloadRef } from '@bartizan/contracts';
import { type KnownContainer, openProcfs, silentLogger, systemClock } from '@bartizan/host';
import { makeHashKey } from '@bartizan/scan';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SecretJob, surveySecrets } from './secret-survey.ts';
import { Surveys } from './surveys.ts';

const RULES = resolve(import.meta.dirname, '../../../../content');
const token = (text: string): string => ['glpat', text].join('-');
const [OF_IMAGE, WRITTEN, MOUNTED, DELETED, GIVEN] = [
  token('Zq3vT8nKx2LmW9rYb4Hd'),
  token('Hd4bYr9WmL2xKn8Tv3qZ'),
  token('Wm9rYb4HdZq3vT8nKx2L'),
  token('Kx2LWm9rYb4HdZq3vT8n'),
  token('Yb4HdZq3vT8nKx2LWm9r'),
];
const READY_MS = 10_000;
/** The longest that surveys may take on a busy machine. */
const SURVEYS_MS = 100_000;

/** A process with an overlay as its root and a file system of its own below it, as runtimes make them. */
const SCRIPT = `set -eu
cd "$1"
mknod "$1/above/srv/deleted.env" c 0 0
mount -t overlay overlay -o "lowerdir=$1/above:$1/image,upperdir=$1/upper,workdir=$1/work" merged
mount -t tmpfs tmpfs merged/run
echo "TOKEN=$3" >merged/run/mounted.env
echo "TOKEN=$2" >merged/srv/written.env
exec chroot merged /bin/busybox sh -c 'echo up >/run/up; exec /bin/busybox sleep 120'`;

describe('a search of a process in an overlay for secrets', () => {
  let folder = '';
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-secret-overlay-'));
    for (const name of ['above/srv', 'image/srv', 'image/bin', 'image/run', 'merged', 'upper', 'work'])
      mkdirSync(join(folder, name), { recursive: true });
    copyFileSync('/usr/bin/busybox', join(folder, 'image/bin/busybox'));
    writeFileSync(join(folder, 'image/srv/image.env'), `TOKEN=${OF_IMAGE}\n`);
    writeFileSync(join(folder, 'image/srv/deleted.env'), `TOKEN=${DELETED}\n`);
    child = spawn('unshare', ['-m', '--', 'sh', '-c', SCRIPT, 'sh', folder, WRITTEN, MOUNTED], {
      stdio: 'ignore',
      env: { ...process.env, DEPLOY_TOKEN: GIVEN },
    });
    const endsAtMs = Date.now() + READY_MS;
    while (!existsSync(`/proc/${child.pid}/root/run/up`)) {
      if (Date.now() > endsAtMs || child.exitCode !== null) throw new Error('the overlay was not made');
      await wait(20);
    }
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const survey = (scope: SecretJob['scope']) =>
    surveySecrets(
      {
        kind: 'secrets',
        subject: { workload: 'w-1', kind: 'Container', namespace: '', name: 'x', container: 'c-1' },
        pid: child?.pid ?? 0,
        hostRoot: '/',
        scope,
        rules: RULES,
        hashKey: makeHashKey(),
      },
      () => undefined,
    ).report;

  it('finds what lies in its image and what it wrote, and leaves what is mounted into it', () => {
    const report = survey('all');
    expect(report.secrets.map(({ path, changed }) => [path, changed])).toEqual([
      ['/srv/image.env', false],
      ['/srv/written.env', true],
    ]);
    expect(report.incomplete).toEqual([]);
    for (const value of [OF_IMAGE, WRITTEN, MOUNTED]) expect(JSON.stringify(report)).not.toContain(value);
  });

  it('finds only what it wrote, where its image was searched', () => {
    const report = survey('changes');
    expect(report.secrets.map(({ path, changed }) => [path, changed])).toEqual([['/srv/written.env', true]]);
  });

  /** What the surveys of a node tell of this process as two containers of one image, until both were searched. */
  const surveys = async (searchRules: string | undefined): Promise<InventoryRecord[]> => {
    const told: InventoryRecord[] = [];
    // A host with little on it, so that its packages are soon known; the overlay is found below it.
    const hostRoot = join(folder, 'host');
    mkdirSync(join(hostRoot, dirname(folder)), { recursive: true });
    symlinkSync(folder, join(hostRoot, folder));
    const started = openProcfs().stat(child?.pid ?? 0);
    const running = ['c-1', 'c-2'].map(
      (id) =>
        ({
          id,
          isRunning: true,
          kernel: { pid: child?.pid, startBootUs: started.ok ? started.value.startBootUs : 0 },
          description: { isSandbox: false, name: id },
        }) as unknown as KnownContainer,
    );
    const subjectOf = ({ id }: { readonly id: string }): WorkloadRef => ({
      workload: `w-${id}`,
      kind: 'Container',
      namespace: '',
      name: id,
      container: id,
      imageDigest: 'sha256:one',
    });
    const { container: _none, imageDigest: _no, ...host } = subjectOf({ id: 'host' });
    const all = new Surveys({
      clock: systemClock(),
      logger: silentLogger,
      place: { root: hostRoot, stateDir: folder, searchRules },
      host: () => host,
      workloadOf: subjectOf,
      containers: () => running,
      configuration: () => ({ scanIntervalS: 3600, postureIntervalS: Number.POSITIVE_INFINITY }),
      sensorIsRunning: () => false,
      runtimeSockets: [],
      onRecord: (record) => told.push(record),
      onOwners: () => undefined,
      onChange: () => undefined,
    });
    const isDone = (): boolean =>
      searchRules === undefined
        ? told.filter(({ type }) => type === 'packages').length >= 3
        : told.filter(({ type }) => type === 'secrets').length >= 2;
    const endsAtMs = Date.now() + SURVEYS_MS;
    while (!isDone() && Date.now() < endsAtMs) await wait(50);
    all.stop();
    return told;
  };

  it('is made by the surveys of a node: of each image once, after the packages, and told without values', {
    timeout: SURVEYS_MS + 20_000,
  }, async () => {
    const told = await surveys(RULES);
    const found = told.flatMap((record) => (record.type === 'secrets' ? [record] : []));
    expect(found.map(({ scope, secrets }) => [scope, secrets.map(({ path }) => path)])).toEqual([
      // A later layer deletes the first of them: the image holds it all the same.
      ['all', ['/srv/deleted.env', '/srv/image.env', '/srv/written.env']],
      ['changes', ['/srv/written.env']],
    ]);
    expect(found[0]?.secrets.map(({ place }) => place)).toEqual(['deleted-file', undefined, undefined]);
    expect(found[0]?.incomplete).toEqual([
      {
        path: 'image:configuration',
        reason: {
          en: 'the image store of this runtime is not known',
          ja: 'イメージの設定を読み取れません：このランタイムのイメージストアには対応していません',
        },
      },
    ]);
    const typesOf = (id: string): string[] =>
      told.flatMap((record) => ('subject' in record && record.subject.container === id ? [record.type] : []));
    for (const id of ['c-1', 'c-2'])
      expect(typesOf(id)).toEqual(['environment-secrets', 'packages', 'secrets']);
    const given = told.flatMap((record) => (record.type === 'environment-secrets' ? [record] : []));
    const inContainers = given.filter(({ subject }) => subject.container !== undefined);
    expect(inContainers.map(({ secrets }) => secrets.map(({ variable }) => variable))).toEqual([
      ['DEPLOY_TOKEN'],
      ['DEPLOY_TOKEN'],
    ]);
    // The same value has the same hash wherever it is.
    const hashes = inContainers.flatMap(({ secrets }) => secrets.map(({ fingerprint }) => fingerprint));
    expect(new Set(hashes).size).toBe(1);
    for (const value of [OF_IMAGE, WRITTEN, MOUNTED, DELETED, GIVEN])
      for (const form of [value, value.slice(6)]) expect(JSON.stringify(told)).not.toContain(form);
  });

  it('is not made where it is switched off', { timeout: SURVEYS_MS + 20_000 }, async () => {
    const told = await surveys(undefined);
    expect(told.map(({ type }) => type).filter((type) => type !== 'packages')).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(3);
  });
});
