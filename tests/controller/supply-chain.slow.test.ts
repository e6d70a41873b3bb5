// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Image, Package } from '@bartizan/contracts';
import { type AdvisoryRow, PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../architecture/repository.ts';
import { LOCAL_ROOT, type Running, startRunning } from './running.ts';

/** The promise, and the time-out that proves it. */
const PROMISE_MS = 5000;
const TIMEOUT_MS = 5 * PROMISE_MS;
const OWNER = { cluster: 'local', tenant: 'default' };
const LOG4J = 'org.apache.logging.log4j:log4j-core';
const LOG4J_PURL = 'pkg:maven/org.apache.logging.log4j/log4j-core';
const BASE_LAYER = 'sha256:ba5e';
const IMAGES = 40;

const row = (id: string, fixed: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  fixed: [fixed],
  rating: { label: 'high', score: 7.5, source: 'test' },
  ...more,
});

/** A pack; with `log4shell` it knows one flaw more. */
function pack(log4shell: boolean): Buffer {
  const builder = new PackBuilder();
  for (let one = 0; one < 50; one += 1) builder.addRow('npm', `filler-${one}`, row(`GHSA-${one}`, '9.9.9'));
  builder.addRow('Debian:12', 'openssl', row('CVE-2099-1111', '3.0.9-1'));
  builder.addRow('Maven', LOG4J, row('CVE-2017-5645', '2.8.2'));
  if (log4shell)
    builder.addRow('Maven', LOG4J, row('GHSA-jfh8-c2jp-5v3q', '2.15.0', { aliases: ['CVE-2021-44228'] }));
  const made = builder.finish({ builtAtMs: Date.UTC(2026, 10, log4shell ? 28 : 27), kind: 'full' });
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

const openssl: Package = {
  name: 'libssl3',
  version: '3.0.8-1',
  ecosystem: 'Debian:12',
  purl: 'pkg:deb/debian/libssl3@3.0.8-1?arch=amd64',
  cataloger: 'dpkg',
  sourceName: 'openssl',
  sourceVersion: '3.0.8-1',
  layer: BASE_LAYER,
  locations: ['/var/lib/dpkg/status'],
};
const log4j = (index: number): Package => ({
  name: LOG4J,
  version: '2.14.1',
  ecosystem: 'Maven',
  purl: `${LOG4J_PURL}@2.14.1`,
  cataloger: 'java',
  layer: `sha256:a${index}`,
  locations: ['/app/app.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar'],
});
const digestOf = (index: number): string => `sha256:${String(index).padStart(64, '0')}`;
const imageOf = (index: number): Image => ({
  digest: digestOf(index),
  ...OWNER,
  references: [`registry.example/team/app-${index}:1`],
  platform: 'linux/amd64',
  createdAtMs: Date.UTC(2026, 0, 1),
  layers: [BASE_LAYER, `sha256:a${index}`].map((diffId) => ({ diffId, packages: 0, openFindings: 0 })),
  usedBy: [],
});
/** Every fourth image has the library. */
const hasLog4j = (index: number): boolean => index % 4 === 0;

let running: Running;
const call = (path: string, more: Partial<Parameters<Running['call']>[0]> = {}) =>
  running.call({ path, ...more });
const get = async (path: string): Promise<Record<string, unknown>> => {
  const answer = await call(path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json;
};
const items = (json: Record<string, unknown>): Record<string, unknown>[] => {
  const found = json['items'];
  return Array.isArray(found) ? found : [];
};
const load = (bytes: Buffer) =>
  call('advisories?unsigned=true', {
    method: 'POST',
    raw: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
const shownImage = async (index: number): Promise<Image> => {
  const image = (await get(`images/${encodeURIComponent(digestOf(index))}`))['image'];
  return image as Image;
};
const totalOf = async (filter: string): Promise<number> =>
  Number((await get(`findings?limit=1&filter=${encodeURIComponent(filter)}`))['total']);

beforeAll(async () => {
  running = await startRunning();
  expect((await load(pack(false))).status).toBe(200);
  for (let index = 0; index < IMAGES; index += 1) {
    const put = await running.controller.images.put(OWNER, {
      image: imageOf(index),
      packages: hasLog4j(index) ? [openssl, log4j(index)] : [openssl],
      distribution: 'debian 12',
      incomplete: index === 1 ? ['layer 2 ended early'] : [],
      catalogueVersion: '1',
      scannedAtMs: 1000 + index,
    });
    expect(put.ok).toBe(true);
  }
  await vi.waitFor(async () => expect(await totalOf('vulnerability:CVE-2099-1111 state:open')).toBe(IMAGES), {
    timeout: 60_000,
    interval: 200,
  });
}, 120_000);
afterAll(() => running?.close());

describe('a new advisory pack', () => {
  it('names the affected images within 5 s, reads no image, and leaves the others alone', async () => {
    const before = await shownImage(2);
    const untouched = items(await get(`findings?filter=${encodeURIComponent(`workload:${digestOf(2)}`)}`));
    const next = pack(true);
    const droppedAt = performance.now();
    expect((await load(next)).status).toBe(200);
    await expect
      .poll(() => totalOf('vulnerability:CVE-2021-44228 state:open'), { timeout: TIMEOUT_MS, interval: 50 })
      .toBe(IMAGES / 4);
    const tookMs = performance.now() - droppedAt;
    process.stdout.write(
      `new pack to all findings of ${IMAGES / 4} of ${IMAGES} images: ${tookMs.toFixed(0)} ms\n`,
    );

    const all = items(await get('images?limit=100'));
    expect(all).toHaveLength(IMAGES);
    const { digest } = await get('advisories');
    await expect.poll(async () => (await shownImage(2)).scan?.matchedWith).toBe(digest);
    const after = await shownImage(2);
    expect(after.scan?.scannedAtMs).toBe(before.scan?.scannedAtMs);
    // Carried over by the join: nothing of it was judged again.
    expect(items(await get(`findings?filter=${encodeURIComponent(`workload:${digestOf(2)}`)}`))).toEqual(
      untouched,
    );
    expect(running.logged.join('\n')).toContain(`{"lists":${IMAGES / 4},"carried":${IMAGES * 0.75}}`);
  });

  it('says which layer brought what, and that an incomplete scan is not clean', async () => {
    const image = await shownImage(4);
    expect(image.layers?.map(({ packages, openFindings }) => [packages, openFindings])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect((await shownImage(1)).scan).toMatchObject({
      state: 'incomplete',
      reasons: ['layer 2 ended early'],
    });
    expect((await shownImage(0)).scan?.state).toBe('done');
  });
});

describe('searching packages', () => {
  it('finds where log4j-core is', async () => {
    const [found] = items(await get('packages?filter=log4j-core'));
    expect(found).toMatchObject({
      version: '2.14.1',
      images: IMAGES / 4,
      workloads: 0,
      openFindings: IMAGES / 4,
    });
    const places = await get(`package-places?limit=3&purl=${encodeURIComponent(LOG4J_PURL)}`);
    expect([items(places).length, places['total']]).toEqual([3, IMAGES / 4]);
    expect(items(places)[0]).toMatchObject({
      image: digestOf(0),
      references: ['registry.example/team/app-0:1'],
      package: { version: '2.14.1' },
    });
  });

  it('writes the same bill of materials twice, in each format', async () => {
    const path = `images/${encodeURIComponent(digestOf(0))}/sbom`;
    for (const format of ['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0']) {
      const [one, other] = [await get(`${path}?format=${format}`), await get(`${path}?format=${format}`)];
      expect(one['document']).toBe(other['document']);
      expect(one['document']).toContain('log4j-core');
    }
    expect((await call('images/sha256:unknown/sbom')).json['code']).toBe('E_NOT_FOUND');
  });

  it('names scope, filter, date and digest of the advisories in an export', async () => {
    const csv = await call(`findings?filter=${encodeURIComponent('package:org.*')}`, {
      headers: { accept: 'text/csv' },
    });
    const [head = '', first = ''] = csv.text.split('\r\n');
    expect(head).toMatch(/,export\.scope,export\.filter,export\.databaseDate,export\.packDigest$/u);
    const { digest } = await get('advisories');
    expect(first.endsWith(`,local/default,package:org.*,2026-11-28T00:00:00.000Z,${digest}`)).toBe(true);
  });

  it.each([
    'packages?filter=nosuchfield:1',
    'packages?cursor=abc',
    'package-places?purl=',
    `package-places?purl=${'x'.repeat(2000)}`,
    'images?sort=layers',
    'images/sha256:0000?x=1',
    'images/..%2F..%2Fetc/sbom?format=exe',
  ])('refuses %s', async (path) => {
    const answer = await call(path);
    expect([path, answer.status >= 400 && answer.status < 500, answer.json['code']]).toEqual([
      path,
      true,
      expect.stringMatching(/^E_/u),
    ]);
  });

  it('takes signs of SQL and patterns for what they are', async () => {
    for (const purl of ['%', "pkg:maven/' OR 1=1 --", 'pkg:maven/_rg', '\u0000'])
      expect(items(await get(`package-places?purl=${encodeURIComponent(purl)}`))).toEqual([]);
  });
});

describe('an exception', () => {
  const inADay = (): number => Date.now() + 24 * 3600_000;
  const make = (match: object, more: object = {}) =>
    call('exceptions', {
      method: 'POST',
      body: { match, owner: 'aiko', reason: 'not reachable', expiresAtMs: inADay(), ...more },
    });

  it('accepts what is found now and tomorrow, is audited, and opens its findings again when it goes', async () => {
    const made = await make({ vulnerability: 'CVE-2021-44228', image: 'registry.example/team/*' });
    expect([made.status, made.json['matches']]).toEqual([201, IMAGES / 4]);
    expect(await totalOf('vulnerability:CVE-2021-44228 state:open')).toBe(0);
    const put = await running.controller.images.put(OWNER, {
      image: imageOf(100),
      packages: [log4j(100)],
      distribution: '',
      incomplete: [],
      catalogueVersion: '1',
      scannedAtMs: 1,
    });
    expect(put.ok).toBe(true);
    const tomorrow = `vulnerability:CVE-2021-44228 workload:${digestOf(100)}`;
    await expect.poll(() => totalOf(`${tomorrow} state:accepted`), { timeout: 15_000 }).toBe(1);
    const [listed] = items(await get('exceptions'));
    expect(listed).toMatchObject({ owner: 'aiko', matches: IMAGES / 4 + 1 });
    const removed = await call(`exceptions/${String(made.json['id'])}`, { method: 'DELETE' });
    expect(removed.json).toEqual({ removed: true });
    expect(await totalOf('vulnerability:CVE-2021-44228 state:open')).toBe(IMAGES / 4 + 1);
    const audit = await call('audit?limit=100');
    expect(audit.text).toContain('"exception.create"');
    expect(audit.text).toContain('"exception.remove"');
  });

  it.each([
    [{}, {}, 'E_EXCEPTION_WIDE'],
    [{ image: 'registry.example/*' }, {}, 'E_EXCEPTION_WIDE'],
    [{ package: '*' }, {}, 'E_EXCEPTION_WIDE'],
    [{ package: 'x'.repeat(2000) }, {}, 'E_BODY_INVALID'],
    [{ package: `${'?'.repeat(100)}x` }, {}, 'E_BODY_INVALID'],
    [{ package: 'openssl' }, { owner: ' ' }, 'E_BODY_INVALID'],
    [{ package: 'openssl' }, { reason: '' }, 'E_BODY_INVALID'],
    [{ package: 'openssl' }, { expiresAtMs: 1 }, 'E_BODY_INVALID'],
    [{ package: 'openssl' }, { expiresAtMs: Date.UTC(2099, 0, 1) }, 'E_BODY_INVALID'],
    [{ package: 'openssl', nonsense: 1 }, {}, 'E_BODY_INVALID'],
  ])('%j %j is refused with %s', async (match, more, code) => {
    const answer = await make(match, more);
    expect([answer.status, answer.json['code']]).toEqual([400, code]);
  });

  it('ends by itself', async () => {
    const made = await make({ vulnerability: 'CVE-2099-1111' }, { expiresAtMs: Date.now() + 1500 });
    expect(made.json['matches']).toBe(IMAGES);
    await expect
      .poll(() => totalOf('vulnerability:CVE-2099-1111 state:open'), { timeout: 90_000, interval: 1000 })
      .toBe(IMAGES);
  }, 100_000);
});

describe('scanning again', () => {
  it('says so when nothing that could read the image is known', async () => {
    const answer = await call(`images/${encodeURIComponent(digestOf(0))}/scans`, { method: 'POST' });
    expect([answer.status, answer.json['code']]).toEqual([409, 'E_IMAGE_UNREACHABLE']);
  });
});

describe('the command line', () => {
  /** Runs the CLI against this controller: its exit code and what it wrote. */
  const cli = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        LANG: 'C.UTF-8',
        BARTIZAN_SERVER: `https://127.0.0.1:${running.controller.port}`,
        BARTIZAN_TOKEN: LOCAL_ROOT,
        BARTIZAN_FINGERPRINT: running.controller.fingerprint,
      };
      const main = join(ROOT, 'apps/cli/src/main.ts');
      execFile(process.execPath, [main, ...words], { env, timeout: 60_000 }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });

  it('lists images, and names one by its reference', async () => {
    const list = await cli('image', 'list', '--filter', `digest:${digestOf(4)}`, '-o', 'csv');
    const incomplete = await cli('image', 'list', '--filter', `digest:${digestOf(1)}`, '-o', 'csv');
    expect([list.code, list.out]).toEqual([0, expect.stringContaining(',done,high:2,2,2,0')]);
    // Not read to the end: what is found is not all there may be.
    expect(incomplete.out).toContain(',incomplete,high:1 ?,');
    const shown = await cli('image', 'show', 'registry.example/team/app-4:1', '-o', 'json');
    expect(JSON.parse(shown.out)).toMatchObject({ image: { digest: digestOf(4), platform: 'linux/amd64' } });
    const missing = await cli('image', 'show', 'registry.example/none:1');
    expect([missing.code, missing.err]).toEqual([5, expect.stringContaining('E_NOT_FOUND')]);
  });

  it('writes packages and the bill of materials of an image', async () => {
    const packages = await cli('image', 'packages', digestOf(4), '--filter', 'name:lib*', '-o', 'csv');
    expect(packages.out.split('\n')[1]).toContain('libssl3,3.0.8-1,Debian:12,');
    const sbom = await cli('image', 'sbom', digestOf(4), '-o', 'spdx');
    expect(JSON.parse(sbom.out)).toMatchObject({ spdxVersion: 'SPDX-2.3' });
  });

  it('says where a package is, by name and by package URL', async () => {
    const byName = await cli('package', 'where', 'log4j-core', '-o', 'csv', '--limit', '500');
    expect(byName.out.trim().split('\n').length - 1).toBeGreaterThanOrEqual(IMAGES / 4);
    const byPurl = await cli('package', 'where', `${LOG4J_PURL}@2.14.1`, '--limit', '2');
    expect([byPurl.code, byPurl.out]).toEqual([0, expect.stringContaining('registry.example/team/app-')]);
    expect(byPurl.err).not.toBe('');
    expect((await cli('package', 'where', 'no-such-package')).code).toBe(5);
  });

  it('adds, lists and removes an exception, and refuses one without an owner', async () => {
    const words = ['exception', 'add', '--package', 'libssl3', '--reason', 'known', '--days', '7'];
    expect((await cli(...words)).code).toBe(2);
    const made = await cli(...words, '--owner', 'aiko', '-o', 'json');
    const { id, matches } = JSON.parse(made.out);
    expect(matches).toBe(IMAGES);
    expect((await cli('exception', 'list', '-o', 'csv')).out).toContain(
      `${id},package:libssl3,${IMAGES},aiko,known,`,
    );
    expect((await cli('exception', 'remove', id)).code).toBe(0);
    expect((await cli('exception', 'remove', id)).code).toBe(5);
  });
}, 120_000);
