// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { type SecretJob, surveySecrets } from '@bartizan/agent';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Engine, run, startContainerd, startDocker } from './engine-processes.ts';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const IMAGE = 'localhost/bartizan/busybox:1';
const name = `scanned-${Math.random().toString(36).slice(2, 8)}`;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
interface Whole {
  readonly packages: readonly { readonly name: string; readonly purl: string; readonly layer?: string }[];
  readonly drift?: {
    readonly changed: readonly string[];
    readonly executable: readonly string[];
    readonly removed: readonly string[];
    readonly packages: readonly string[];
  };
}

/** Runs the program; the pack is one that is not there, so that packages are what is looked at. */
const bartizan = (...words: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      BARTIZAN_INSTANCE: 'scan-engines',
      BARTIZAN_CHECKOUT: '/nonexistent',
    };
    execFile(
      process.execPath,
      ['apps/cli/src/main.ts', ...words],
      { env, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const whole = (ran: Ran): Whole => JSON.parse(ran.out) as Whole;

describe('the content store of a real containerd', () => {
  let engine: Engine | undefined;
  const words = (): string[] => ['--source', 'containerd', '--socket', engine?.socket ?? ''];
  beforeAll(async () => {
    engine = await startContainerd();
  });
  afterAll(() => engine?.close());

  it('gives an image by its name, its digests checked, without pulling or unpacking anything', async () => {
    const ran = await bartizan('scan', 'image', IMAGE, ...words(), '-o', 'json');
    expect([ran.code, ran.err.includes('incomplete')]).toEqual([0, false]);
    const found = whole(ran).packages.find((one) => one.name === 'busybox');
    expect(found?.layer).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('says when it does not have the image, in any namespace or in the one that was named', async () => {
    const absent = await bartizan('scan', 'image', 'localhost/bartizan/absent:1', ...words());
    expect([absent.code, absent.out]).toEqual([5, '']);
    const elsewhere = await bartizan('scan', 'image', IMAGE, ...words(), '--namespace', 'default');
    expect(elsewhere.err).toContain('E_SCAN_TARGET');
  });

  it('is told from a socket where nobody answers', async () => {
    const ran = await bartizan(
      'scan',
      'image',
      IMAGE,
      '--source',
      'containerd',
      '--socket',
      '/nonexistent.sock',
    );
    expect(ran.err).toContain('E_RUNTIME_UNREACHABLE');
    expect(ran.code).not.toBe(0);
  });

  it('is no place for a signature policy', async () => {
    expect((await bartizan('scan', 'image', IMAGE, ...words(), '--policy', '/nonexistent')).code).toBe(2);
  });
});

describe('a running container of a real Docker', () => {
  let engine: Engine | undefined;
  let id = '';
  const inside = (script: string): Promise<string> =>
    run('docker', ['-H', `unix://${engine?.socket ?? ''}`, 'exec', name, '/bin/sh', '-c', script]);
  const scan = (container: string, ...more: string[]): Promise<Ran> =>
    bartizan(
      'scan',
      'container',
      container,
      '--runtime',
      'docker',
      '--socket',
      engine?.socket ?? '',
      '-o',
      'json',
      ...more,
    );

  beforeAll(async () => {
    engine = await startDocker();
    id = (await engine.start(name, {})).trim();
  });
  afterAll(() => engine?.close());

  it('is scanned by name and by the beginning of its id, and has not drifted at first', async () => {
    for (const container of [name, id.slice(0, 12)]) {
      const ran = await scan(container);
      expect(whole(ran).packages.map((one) => one.name)).toContain('busybox');
      expect(whole(ran).drift).toMatchObject({ executable: [], removed: [], packages: [] });
    }
  });

  it('shows what was written into it since: files, programs, packages, and what is gone', async () => {
    await inside(
      `busybox mkdir -p /srv/node_modules/minimist && echo '{"name":"minimist","version":"1.2.5"}' > /srv/node_modules/minimist/package.json && busybox cp /bin/busybox /tmp/miner && busybox rm /bin/id`,
    );
    const ran = await scan(name);
    const { drift } = whole(ran);
    expect(drift?.executable).toEqual(['/tmp/miner']);
    expect(drift?.removed).toEqual(['/bin/id']);
    expect(drift?.changed).toContain('/srv/node_modules/minimist/package.json');
    expect(drift?.packages).toEqual(['pkg:npm/minimist@1.2.5']);
    expect(ran.err).toContain('program not of the image: /tmp/miner');
    expect(ran.err).toContain('package not of the image: pkg:npm/minimist@1.2.5');
  });

  it('is searched for what its image holds and it does not show, in the image store, without a value told', async () => {
    const docker = (...words: string[]): Promise<string> =>
      run('docker', ['-H', `unix://${engine?.socket ?? ''}`, ...words]);
    // Put together here, so that no text of the repository looks like a secret.
    const [deleted, variable] = ['Zq3vT8nKx2LmW9rYb4Hd', 'Hd4bYr9WmL2xKn8Tv3qZ'].map((text) =>
      ['glpat', text].join('-'),
    );
    const [first, second] = [`${name}-first`, `${name}-second`];
    const step = async (
      image: string,
      container: string,
      script: string,
      ...changes: string[]
    ): Promise<void> => {
      await docker('run', '--network', 'none', '--name', container, image, '/bin/sh', '-c', script);
      await docker('commit', ...changes, container, `localhost/${container}:1`);
      await docker('rm', container);
    };
    const change = `ENV DEPLOY_TOKEN=${variable}`;
    await step(
      IMAGE,
      first,
      `busybox mkdir -p /srv && echo TOKEN=${deleted} > /srv/gone.env`,
      '--change',
      change,
    );
    await step(`localhost/${first}:1`, second, 'busybox rm /srv/gone.env');
    const words = ['--detach', '--network', 'none', `localhost/${second}:1`, '/bin/sleep', '600'];
    const container = await docker('run', ...words);
    const [pid, imageDigest] = await Promise.all(
      ['{{.State.Pid}}', '{{.Image}}'].map((one) => docker('inspect', '--format', one, container)),
    );
    const subject = { workload: 'w', kind: 'Container', namespace: '', name: second, container, imageDigest };
    const { report } = surveySecrets(
      {
        ...{ kind: 'secrets', subject, pid: Number(pid), hostRoot: '/', scope: 'all', rules: 'content' },
        hashKey: new Uint8Array(32),
      } as SecretJob,
      () => undefined,
    );
    const layer = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
    expect(report.incomplete).toEqual([]);
    const told = report.secrets.map(({ place, path, layer: one }) => ({ place, path, layer: one }));
    expect(told).toContainEqual({ place: 'deleted-file', path: '/srv/gone.env', layer });
    expect(told).toContainEqual({ place: 'image-config', path: 'config.Env[DEPLOY_TOKEN]' });
    // The command that wrote the file stands in the history for ever.
    expect(told.filter(({ path }) => /^history\[\d+\]\.created_by$/.test(path))).not.toEqual([]);
    for (const value of [deleted, variable]) expect(JSON.stringify(report)).not.toContain(value?.slice(6));
  });

  it('is told from one that does not run', async () => {
    const ran = await scan('nobody');
    expect([ran.code, ran.out]).toEqual([5, '']);
  });
});
