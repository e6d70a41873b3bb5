// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, VexDocument } from '@bartizan/contracts';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../architecture/repository.ts';
import { LOCAL_ROOT, type Running, startRunning } from './running.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const CVES = ['CVE-2099-0001', 'CVE-2099-0002', 'CVE-2099-0003'] as const;
const [ABSENT, FIXED, OPEN] = CVES;
const PURL = 'pkg:npm/minimist@1.2.5';
const digestOf = (index: number): string => `sha256:${String(index).padStart(64, '0')}`;
const IMAGE = `pkg:oci/shop@${digestOf(1)}`;

const document = (statements: readonly object[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.org/vex/1',
      author: 'shop team',
      timestamp: '2026-11-01T00:00:00Z',
      version: 1,
      statements,
    }),
  );
const statement = (name: string, status: string, products: readonly object[], more: object = {}) => ({
  vulnerability: { name },
  status,
  products,
  ...more,
});
const WHOLE = [{ '@id': PURL }];
const GOOD = document([
  statement(ABSENT, 'not_affected', [{ '@id': IMAGE, subcomponents: [{ '@id': PURL }] }], {
    justification: 'vulnerable_code_not_present',
  }),
  statement(FIXED, 'fixed', WHOLE),
  statement(OPEN, 'affected', WHOLE, { action_statement: 'update' }),
]);

let running: Running;
let folder = '';

function pack(version: number): Buffer {
  const builder = new PackBuilder();
  for (const id of CVES)
    builder.addRow('npm', 'minimist', {
      id,
      kind: 'vulnerability',
      source: 'made up',
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: `1.2.${version}` }] }],
    });
  const made = builder.finish({ builtAtMs: Date.UTC(2026, 10, version), kind: 'full' });
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}
const send = (path: string, raw: Buffer, token?: string) =>
  running.call({
    path,
    method: 'POST',
    raw,
    headers: { 'content-type': 'application/octet-stream' },
    ...(token === undefined ? {} : { token }),
  });
const findings = async (filter: string): Promise<readonly Finding[]> => {
  const { json } = await running.call({ path: `findings?limit=100&filter=${encodeURIComponent(filter)}` });
  return json['items'] as Finding[];
};
/** `image vulnerability state` of every finding. */
const states = async (): Promise<string[]> =>
  (await findings('kind:vulnerability'))
    .map(({ subject, vulnerability, state }) => `${subject.workload.at(-1)} ${vulnerability?.id} ${state}`)
    .sort();
const ALL_OPEN = [1, 2].flatMap((image) => CVES.map((id) => `${image} ${id} open`));
const WITH_GOOD = [
  `1 ${ABSENT} explained`,
  `1 ${FIXED} explained`,
  `1 ${OPEN} open`,
  `2 ${ABSENT} open`,
  `2 ${FIXED} explained`,
  `2 ${OPEN} open`,
];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const cli = (...words: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      LANG: 'C.UTF-8',
      BARTIZAN_SERVER: `https://127.0.0.1:${running.controller.port}`,
      BARTIZAN_TOKEN: LOCAL_ROOT,
      BARTIZAN_FINGERPRINT: running.controller.fingerprint,
    };
    const main = join(ROOT, 'apps/cli/src/main.ts');
    execFile(
      process.execPath,
      [main, '--lang', 'en', ...words],
      { env, timeout: 60_000 },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-vex-'));
  running = await startRunning();
  expect((await send('advisories?unsigned=true', pack(6))).status).toBe(200);
  for (const index of [1, 2]) {
    const put = await running.controller.images.put(OWNER, {
      image: {
        digest: digestOf(index),
        ...OWNER,
        references: [`registry.example/shop:${index}`],
        usedBy: [],
      },
      packages: [
        { name: 'minimist', version: '1.2.5', ecosystem: 'npm', purl: PURL, cataloger: 'npm', locations: [] },
      ],
      distribution: '',
      incomplete: [],
      catalogueVersion: '1',
      scannedAtMs: index,
    });
    expect(put.ok).toBe(true);
  }
  await vi.waitFor(async () => expect(await states()).toEqual(ALL_OPEN), { timeout: 60_000, interval: 200 });
}, 120_000);
afterAll(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a VEX document', { timeout: 180_000 }, () => {
  let id = '';

  it('explains what it names, leaves everything else open, and deletes nothing', async () => {
    writeFileSync(join(folder, 'shop.vex.json'), GOOD);
    const imported = await cli('vex', 'import', join(folder, 'shop.vex.json'), '-o', 'json');
    expect([imported.err, imported.code]).toEqual(['', 0]);
    const made = JSON.parse(imported.out) as VexDocument;
    ({ id } = made);
    expect(made).toMatchObject({
      name: 'shop.vex.json',
      format: 'openvex',
      origin: 'user',
      author: 'shop team',
      statements: 3,
      unusable: 0,
      matches: 5,
    });
    expect(await states()).toEqual(WITH_GOOD);
    const [absent] = await findings(`vulnerability:${ABSENT} state:explained`);
    expect(absent?.statement).toEqual({
      status: 'not_affected',
      reason: 'vulnerable_code_not_present',
      author: 'shop team',
      document: id,
      product: `image ${digestOf(1)}, ${PURL}`,
    });
    const [said] = await findings(`vulnerability:${OPEN} state:open`);
    expect(said?.statement).toMatchObject({ status: 'affected', reason: 'update' });
  });

  it('holds for what is found later, over a new pack', async () => {
    expect((await send('advisories?unsigned=true', pack(9))).status).toBe(200);
    await vi.waitFor(
      async () =>
        expect((await findings('kind:vulnerability')).every(({ fix }) => fix.version === '1.2.9')).toBe(true),
      { timeout: 60_000, interval: 200 },
    );
    expect(await states()).toEqual(WITH_GOOD);
    const status = await running.call({ path: 'system' });
    expect(JSON.stringify(status.json['counts'])).toContain('"unknown":"3"');
  });

  it('whose author is a feed gives way to what the user says', async () => {
    const other = await send(
      'vex-documents?name=feed&origin=feed',
      document([statement(OPEN, 'not_affected', WHOLE, { impact_statement: 'never called' })]),
    );
    expect(other.status).toBe(201);
    expect(await states()).toEqual(WITH_GOOD);
    const gone = await running.call({ path: `vex-documents/${String(other.json['id'])}`, method: 'DELETE' });
    expect(gone.json).toEqual({ removed: true });
  });

  it('is refused when it says nothing, is no document, or is too large; nothing is left of it', async () => {
    const unjustified = document([statement(OPEN, 'not_affected', WHOLE)]);
    for (const [bytes, code] of [
      [document([]), 'E_VEX_INVALID'],
      [Buffer.from('{"a":1}'), 'E_VEX_INVALID'],
      [Buffer.from('no JSON'), 'E_VEX_INVALID'],
      [Buffer.alloc(16 * 1024 * 1024 + 1, 32), 'E_BODY_TOO_LARGE'],
    ] as const) {
      const answer = await send('vex-documents?name=bad', bytes);
      expect([answer.json['code'], answer.status >= 400]).toEqual([code, true]);
    }
    const json = await running.call({ path: 'vex-documents?name=bad', method: 'POST', body: {} });
    expect(json.json['code']).toBe('E_BODY_TYPE');
    // A statement without a reason is kept and not followed: nobody could check it.
    const made = await send('vex-documents?name=unjustified', unjustified);
    expect([made.status, made.json['matches']]).toEqual([201, 0]);
    expect(await states()).toEqual(WITH_GOOD);
    await running.call({ path: `vex-documents/${String(made.json['id'])}`, method: 'DELETE' });
  });

  it('is listed, and its findings are open again when it is removed', async () => {
    const list = await cli('vex', 'list', '-o', 'csv');
    expect(list.out).toContain(`${id},shop.vex.json,openvex,user,shop team,3,5,`);
    expect((await cli('vex', 'remove', id)).code).toBe(0);
    expect(await states()).toEqual(ALL_OPEN);
    expect((await findings('kind:vulnerability')).some(({ statement: left }) => left !== undefined)).toBe(
      false,
    );
    expect((await cli('vex', 'remove', id)).code).toBe(5);
  });
});
