// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const archive = (layer: Buffer, architectures: readonly string[] = ['amd64']): Buffer => {
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = (architecture: string): string =>
    JSON.stringify({
      os: 'linux',
      architecture,
      created: '2026-01-02T03:04:05.6Z',
      rootfs: { diff_ids: [diffId] },
    });
  const images = architectures.map((name) => ({
    Config: `${name}.json`,
    RepoTags: ['app:1'],
    Layers: ['layer.tar'],
  }));
  return tar({
    ...Object.fromEntries(architectures.map((name) => [`${name}.json`, config(name)])),
    'layer.tar': layer,
    'manifest.json': JSON.stringify(images),
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
  writeFileSync(join(folder, 'two.tar'), archive(layer, ['amd64', 'arm64']));
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
    // An instance of its own, so that no pack of this machine is found.
    env: { BARTIZAN_INSTANCE: 'scan-test' },
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

describe('a scan of several targets', () => {
  interface Run {
    readonly targets: readonly { readonly platform: string; readonly packages: readonly unknown[] }[];
    readonly failures: readonly { readonly code: string }[];
  }
  it('scans each platform of an archive, and tells the one that is not there', async () => {
    const all = await run('image', 'two.tar', { platform: 'all', failOn: 'unknown' });
    expect((JSON.parse(all.out) as Run).targets.map(({ platform }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64',
    ]);
    expect(all.code).toBe(3);
    expect(all.err).toContain('[2/2]');
    const some = await run('image', 'two.tar', { platform: 'linux/arm64,linux/s390x' });
    expect((JSON.parse(some.out) as Run).failures).toMatchObject([{ code: 'E_IMAGE_PLATFORM' }]);
    expect(some.code).toBe(5);
  });

  it('tells a cache that cannot be written as an image that cannot be read', async () => {
    const cache = join(folder, 'pack', 'no-folder');
    const ran = await run('image', 'image.tar', { cache });
    expect([ran.code, ran.err.includes('E_SCAN_TARGET')]).toEqual([5, true]);
  });

  it('names the target in a table, and has no bill of materials', async () => {
    expect((await run('image', 'two.tar', { platform: 'all', output: 'csv' })).out).toMatch(
      /^target,severity/,
    );
    expect((await run('image', 'two.tar', { platform: 'all', output: 'spdx' })).code).toBe(2);
  });
});

describe('the gate of a scan', () => {
  const gate = { failOn: 'unknown', output: 'csv' } as const;

  it('writes reports beside what is shown, and refuses a form or a place that is none', async () => {
    const report = [`junit=${join(folder, 'r.xml')}`, `sarif=${join(folder, 'r.sarif')}`];
    expect((await run('dir', 'src', { ...gate, report })).code).toBe(3);
    expect(readFileSync(join(folder, 'r.xml'), 'utf8')).toContain('failures="1"');
    expect(readFileSync(join(folder, 'r.sarif'), 'utf8')).toContain('"ruleId": "CVE-2021-44906"');
    for (const text of ['junit', 'word=x', 'junit='])
      expect((await run('dir', 'src', { report: [text] })).code).toBe(2);
    const nowhere = await run('dir', 'src', { report: ['junit=/nonexistent/r.xml'] });
    expect([nowhere.code, nowhere.err.includes('E_REPORT_FILE')]).toEqual([1, true]);
  });

  it('lets what a baseline knows pass, and shows it', async () => {
    const baseline = join(folder, 'baseline.json');
    expect((await run('dir', 'src', { ...gate, writeBaseline: baseline })).code).toBe(3);
    const known = await run('dir', 'src', { ...gate, baseline });
    expect(known.code).toBe(0);
    expect(known.out).toContain('CVE-2021-44906');
    expect(known.out).toMatch(/baseline \d{4}-/);
    expect((await run('image', 'image.tar', { ...gate, baseline })).code).toBe(0);
    const absent = await run('dir', 'src', { ...gate, baseline: '/absent.json' });
    expect([absent.code, absent.out]).toEqual([2, '']);
  });

  it('lets what an exception answers for pass until it expires', async () => {
    const write = (expires: string): void =>
      writeFileSync(
        join(folder, 'exceptions.yaml'),
        `version: 1\nexceptions:\n  - { package: minimist, owner: me, reason: because, expires: ${expires} }\n`,
      );
    const exceptions = [join(folder, 'exceptions.yaml')];
    write('2999-01-01');
    const accepted = await run('dir', 'src', { ...gate, exceptions });
    expect([accepted.code, accepted.out.includes('accepted until 2999-01-01 (me): because')]).toEqual([
      0,
      true,
    ]);
    write('2020-01-01');
    const expired = await run('dir', 'src', { ...gate, exceptions });
    expect([expired.code, expired.out.includes('expired 2020-01-01 (me)')]).toEqual([3, true]);
  });

  it('writes nothing of an archive that a terminal would obey', async () => {
    const hostile = {
      Config: 'c.json',
      RepoTags: ['app:1'],
      Layers: ['L\u001b]0;pwned\u0007\u001b[2Jfine.tar'],
    };
    writeFileSync(
      join(folder, 'hostile.tar'),
      tar({
        'c.json': JSON.stringify({ rootfs: { diff_ids: [`sha256:${'0'.repeat(64)}`] } }),
        'manifest.json': JSON.stringify([hostile]),
      }),
    );
    const failed = await run('image', 'hostile.tar');
    expect(failed.code).not.toBe(0);
    expect(failed.err).toContain('L\\x1b]0;pwned\\x07\\x1b[2Jfine.tar');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(failed.err).not.toMatch(/[\u001b\u0007]/);
  });

  it('takes a file of more statements than a call takes arguments', async () => {
    const statement = {
      vulnerability: { name: 'CVE-1' },
      products: [{ '@id': 'pkg:npm/x' }],
      status: 'fixed',
    };
    const document = { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'd', statements: [] as object[] };
    for (let at = 0; at < 150_000; at += 1) document.statements.push(statement);
    writeFileSync(join(folder, 'many.json'), JSON.stringify(document));
    expect((await run('dir', 'src', { ...gate, vex: [join(folder, 'many.json')] })).code).toBe(3);
  });

  it('is never passed without advisories', async () => {
    const blind = await run('dir', 'src', { ...gate, pack: undefined as unknown as string });
    expect(blind.code).toBe(1);
    expect(blind.err).toContain('vulnerabilities are unknown, not zero');
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
