// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { translator } from '../text/catalogue.ts';
import { exitOf, runScan } from './scan.ts';
import type { ScanFlags, ScanKind } from './scan-flags.ts';

let folder = '';
const FLAGS = (): ScanFlags => ({
  output: 'json',
  pack: join(folder, 'pack'),
  vex: [],
  allowIncomplete: false,
});

/** A docker archive of one plain layer: 512-byte headers, as tar has them. */
const tar = (files: Readonly<Record<string, string | Buffer>>): Buffer =>
  Buffer.concat([
    ...Object.entries(files).flatMap(([path, text]) => {
      const content = Buffer.from(text);
      const header = Buffer.alloc(512);
      header.write(path, 0);
      header.write('0000644\0', 100);
      header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
      header.write('00000000000\0        0', 136);
      header.write('ustar\x0000', 257);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
    }),
    Buffer.alloc(1024),
  ]);
const archive = (layer: Buffer): Buffer => {
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  return tar({
    'config.json': JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      created: '2026-01-02T03:04:05.6Z',
      rootfs: { diff_ids: [diffId] },
    }),
    'layer.tar': layer,
    'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'] }]),
  });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-cli-scan-'));
  mkdirSync(join(folder, 'src/node_modules/minimist'), { recursive: true });
  writeFileSync(
    join(folder, 'src/node_modules/minimist/package.json'),
    '{"name":"minimist","version":"1.2.5"}',
  );
  const layer = tar({ 'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}' });
  writeFileSync(join(folder, 'image.tar'), archive(layer));
  writeFileSync(join(folder, 'cut.tar'), archive(layer.subarray(0, 700)));
  const builder = new PackBuilder();
  builder.addRow('npm', 'minimist', {
    id: 'CVE-2021-44906',
    kind: 'vulnerability',
    source: 's',
    versions: ['1.2.5'],
  });
  const pack = builder.finish({ builtAtMs: 0, kind: 'full' });
  if (!pack.ok) throw new Error(pack.error.detail);
  writeFileSync(join(folder, 'pack'), pack.value);
  const statement = {
    vulnerability: { name: 'CVE-2021-44906' },
    products: [{ '@id': 'pkg:npm/minimist@1.2.5' }],
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
  };
  writeFileSync(
    join(folder, 'vex.json'),
    JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'doc-1', statements: [statement] }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (kind: ScanKind, name: string, more: Partial<ScanFlags> = {}) => {
  const written = { out: '', err: '' };
  const sink = (key: 'out' | 'err') => ({
    write: (text: string) => {
      written[key] += text;
      return true;
    },
  });
  const process = {
    stdout: sink('out'),
    stderr: sink('err'),
    env: {},
    exitCode: 0 as number | string | null,
  };
  const context = { process, language: 'en', t: translator('en'), checkout: folder } as unknown as CliContext;
  await runScan(context, { kind, path: join(folder, name) }, { ...FLAGS(), ...more });
  return { ...written, code: process.exitCode };
};
interface Report {
  findings: { vulnerability: { id: string }; vex?: { status: string } }[];
  packages: { purl: string; layer?: string }[];
}
const report = (text: string): Report => JSON.parse(text) as Report;

describe('scan', () => {
  it.each<[ScanKind, string]>([
    ['dir', 'src'],
    ['image', 'image.tar'],
  ])('judges what it finds in a %s', async (kind, name) => {
    const { out, code } = await run(kind, name, { failOn: 'unknown' });
    expect(report(out).findings.map((one) => one.vulnerability.id)).toEqual(['CVE-2021-44906']);
    expect(code).toBe(3);
  });

  it('names the layer that brought a package', async () => {
    const { out } = await run('image', 'image.tar');
    expect(report(out).packages[0]?.layer).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each(['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'] as const)(
    'writes the same %s for the same image, and judges it as it judges the image',
    async (output) => {
      const first = await run('image', 'image.tar', { output });
      expect((await run('image', 'image.tar', { output })).out).toBe(first.out);
      expect(first.out).toContain('2026-01-02T03:04:05Z');
      writeFileSync(join(folder, `${output}.json`), first.out);
      const judged = await run('sbom', `${output}.json`);
      expect(report(judged.out).findings.map((one) => one.vulnerability.id)).toEqual(['CVE-2021-44906']);
      expect(judged.err).not.toContain('incomplete');
    },
  );

  it('reads a layer once when it may keep what it read', async () => {
    const cache = join(folder, 'cache');
    const first = await run('image', 'image.tar', { cache });
    const again = await run('image', 'image.tar', { cache });
    expect(report(again.out).packages).toEqual(report(first.out).packages);
  });

  it('keeps a finding that a statement answers for, and does not count it', async () => {
    const { out, err, code } = await run('dir', 'src', {
      failOn: 'unknown',
      vex: [join(folder, 'vex.json')],
    });
    expect(report(out).findings[0]?.vex).toMatchObject({
      status: 'not_affected',
      statement: { source: { document: 'doc-1' } },
    });
    expect(err).toContain('1 findings are shown but not counted');
    expect(code).toBe(0);
  });

  it('marks it in SARIF, and in the table', async () => {
    const vex = [join(folder, 'vex.json')];
    const { out } = await run('dir', 'src', { output: 'sarif', vex });
    expect(out).toContain('"justification": "not_affected, vulnerable_code_not_in_execute_path, doc-1"');
    expect((await run('dir', 'src', { output: 'csv', vex })).out).toContain('not_affected');
  });

  it('is never fine when an image could not be read to its end', async () => {
    const { err, code } = await run('image', 'cut.tar', { failOn: 'unknown' });
    expect(err).toContain('incomplete: scan.malformed /: layer 1: the archive ends early');
    expect(code).toBe(1);
    expect((await run('image', 'cut.tar', { failOn: 'unknown', allowIncomplete: true })).code).toBe(0);
    expect((await run('image', 'cut.tar', { output: 'cyclonedx', failOn: 'low' })).code).toBe(1);
  });

  it.each<[ScanKind, string, Partial<ScanFlags>, string, number]>([
    ['dir', 'absent', {}, 'E_SCAN_TARGET', 5],
    ['image', 'pack', {}, 'E_SCAN_TARGET', 5],
    ['image', 'image.tar', { platform: 'linux/s390x' }, 'E_IMAGE_PLATFORM', 5],
    ['sbom', 'pack', {}, 'E_SBOM_INVALID', 1],
    ['dir', 'src', { vex: ['/absent.json'] }, 'E_VEX_INVALID', 1],
    ['dir', 'src', { pack: '/absent' }, 'E_PACK_MISSING', 1],
  ])('says why it cannot scan: %s %s', async (kind, name, more, expected, code) => {
    const result = await run(kind, name, more);
    expect(result.err).toContain(expected);
    expect([result.out, result.code]).toEqual(['', code]);
  });
});

describe('exitOf', () => {
  const gate = { isIncomplete: false, allowIncomplete: false };
  it('counts a finding only at or above the threshold, and only when nobody answers for it', () => {
    const finding = { severity: 'medium', standing: { state: 'open' } } as const;
    const answered = { severity: 'critical', standing: { state: 'explained', reason: 'fixed' } } as const;
    expect(exitOf([finding], gate)).toBe(0);
    expect(exitOf([finding], { ...gate, failOn: 'high' })).toBe(0);
    expect(exitOf([finding], { ...gate, failOn: 'medium' })).toBe(3);
    expect(exitOf([answered], { ...gate, failOn: 'info' })).toBe(0);
    expect(exitOf([finding], { ...gate, failOn: 'medium', isIncomplete: true })).toBe(3);
  });
});
