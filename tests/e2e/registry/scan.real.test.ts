// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { given, makeLayer, makeNotationSigner, type Pushed, Shelf } from './images.ts';
import { RegistryServer } from './server.ts';

// Real parts on a machine that may be busy with other tests: each test starts the program several times.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const APP = 'acme/app';
const BASE = 'acme/base';
const PROVENANCE = 'https://slsa.dev/provenance/v1';
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const minimist = (version: string) => ({
  'app/node_modules/minimist/package.json': JSON.stringify({ name: 'minimist', version }),
});

let server: RegistryServer;
let shelf: Shelf;
let folder = '';
const at = (name: string): string => join(folder, name);
const images = new Map<string, Pushed>();

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program as a pipeline does. */
const bartizan = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      BARTIZAN_INSTANCE: 'scan-in-ci',
      BARTIZAN_REGISTRY: server.host,
      BARTIZAN_REGISTRY_USERNAME: 'tester',
      BARTIZAN_REGISTRY_PASSWORD: server.password,
      ...more,
    };
    execFile(
      process.execPath,
      ['apps/cli/src/main.ts', ...words],
      { env, timeout: 100_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const reference = (tag: string, repository = APP): string => `${server.host}/${repository}:${tag}`;
const scanImage = (tag: string, ...words: string[]): Promise<Ran> =>
  bartizan(['scan', 'image', reference(tag), '--plain-http', '--pack', at('pack'), ...words]);
const verify = (tag: string, ...words: string[]): Promise<Ran> =>
  bartizan(['verify', reference(tag), '--plain-http', ...words]);

async function pushAll(): Promise<void> {
  const push = async (tag: string, version: string, created: string): Promise<Pushed> => {
    const pushed = await shelf.push(
      { ...minimist(version), 'etc/tag': tag },
      { repository: APP, tag, created },
    );
    images.set(tag, pushed);
    return pushed;
  };
  const signed = await push('v1', '1.2.5', '2026-01-01T00:00:00Z');
  await shelf.sign(APP, signed.digest, pair.privateKey);
  await shelf.attest(APP, {
    subject: signed.digest,
    key: pair.privateKey,
    type: PROVENANCE,
    predicate: {
      buildDefinition: { buildType: 'https://example.org/build', externalParameters: { branch: 'main' } },
      runDetails: { builder: { id: 'https://example.org/runner' } },
    },
  });
  await shelf.signOldWay(APP, (await push('v2', '1.2.6', '2026-02-01T00:00:00Z')).digest, pair.privateKey);
  await shelf.signNotation(
    APP,
    (await push('v3', '1.2.6', '2026-03-01T00:00:00Z')).digest,
    makeNotationSigner(folder),
  );
  await push('unsigned', '1.2.6', '2026-04-01T00:00:00Z');
  const moved = await push('moved', '1.2.6', '2026-05-01T00:00:00Z');
  await shelf.sign(APP, moved.digest, pair.privateKey, signed.digest);
  const tampered = await push('tampered', '1.2.6', '2025-01-01T00:00:00Z');
  await shelf.sign(APP, tampered.digest, pair.privateKey);
  const amd64 = await shelf.push(minimist('1.2.5'), { repository: BASE, architecture: 'amd64' });
  const arm64 = await shelf.push(minimist('1.2.6'), { repository: BASE, architecture: 'arm64' });
  await shelf.pushIndex({ repository: BASE, tag: 'multi' }, [
    { architecture: 'amd64', pushed: amd64 },
    { architecture: 'arm64', pushed: arm64 },
  ]);
}

/** Changes the layer of an image where the registry keeps it. */
function tamper(image: Pushed | undefined): void {
  const hex = (image?.layerDigest ?? '').slice(7);
  const file = join(server.folder, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  expect(readFileSync(file).length).toBeGreaterThan(0);
  writeFileSync(file, gzipSync(makeLayer(minimist('1.2.7'))));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-ci-'));
  server = await RegistryServer.start();
  shelf = await Shelf.open(server);
  const builder = new PackBuilder();
  builder.addRow('npm', 'minimist', {
    id: 'CVE-2021-44906',
    kind: 'vulnerability',
    source: 's',
    versions: ['1.2.5'],
  });
  writeFileSync(at('pack'), given(builder.finish({ builtAtMs: 0, kind: 'full' })));
  writeFileSync(at('key.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('stranger.pub'), stranger.publicKey.export({ type: 'spki', format: 'pem' }));
  mkdirSync(at('reports'));
  await pushAll();
  tamper(images.get('tampered'));
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Whole {
  readonly targets: readonly {
    readonly name: string;
    readonly platform: string;
    readonly findings: readonly { readonly vulnerability: { readonly id: string } }[];
    readonly signaturePolicy?: { readonly outcome: string };
  }[];
  readonly failures: readonly { readonly name: string; readonly code: string }[];
}
const whole = (ran: Ran): Whole => JSON.parse(ran.out) as Whole;

describe('an image of a real registry', () => {
  it('is scanned without a server, and ends with the exit code of its findings', async () => {
    const bad = await scanImage('v1', '--fail-on', 'unknown', '-o', 'json');
    expect(bad.out).toContain('CVE-2021-44906');
    expect(bad.code).toBe(3);
    expect((await scanImage('v2', '--fail-on', 'unknown')).code).toBe(0);
  });

  it.each([
    ['a password that is wrong', 'v1', { BARTIZAN_REGISTRY_PASSWORD: 'wrong' }, 'E_REGISTRY_LOGIN', 4],
    ['a password for another registry', 'v1', { BARTIZAN_REGISTRY: 'other.example' }, 'E_REGISTRY_LOGIN', 4],
    ['a tag that is not there', 'v9', {}, 'E_REGISTRY_MISSING', 5],
  ])('is not scanned with %s', async (_what, tag, env, code, exitCode) => {
    const ran = await bartizan(['scan', 'image', reference(tag), '--plain-http', '--pack', at('pack')], env);
    expect([ran.code, ran.out]).toEqual([exitCode, '']);
    expect(ran.err).toContain(code);
    expect(ran.err + ran.out).not.toContain(server.password);
  });

  it('is refused when a layer was changed behind its back', async () => {
    const ran = await scanImage('tampered', '--fail-on', 'critical', '--allow-incomplete');
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/E_REGISTRY_DIGEST|E_IMAGE_DIGEST/);
  });

  it('is scanned on every platform of its index, and says which is missing', async () => {
    const words = [
      'scan',
      'image',
      reference('multi', BASE),
      '--plain-http',
      '--pack',
      at('pack'),
      '-o',
      'json',
    ];
    const all = whole(await bartizan([...words, '--platform', 'all']));
    expect(all.targets.map(({ platform, findings }) => [platform, findings.length])).toEqual([
      ['linux/amd64', 1],
      ['linux/arm64', 0],
    ]);
    // One platform of several is not the image: nothing of it is called fine.
    const one = await bartizan([...words, '--platform', 'linux/arm64', '--fail-on', 'unknown']);
    expect(one.code).toBe(0);
    const unasked = await bartizan([...words, '--fail-on', 'critical']);
    expect(unasked.err).toContain('1 other images of the index are not scanned');
    expect(unasked.code).not.toBe(0);
    const some = await bartizan([...words, '--platform', 'linux/arm64,linux/s390x']);
    expect(whole(some).targets.map(({ platform }) => platform)).toEqual(['linux/arm64']);
    expect(whole(some).failures).toMatchObject([{ code: 'E_IMAGE_PLATFORM' }]);
    expect(some.code).toBe(5);
  });
});

describe('a repository of a real registry', () => {
  const scan = (...words: string[]): Promise<Ran> =>
    bartizan([
      'scan',
      'registry',
      `${server.host}/${APP}`,
      '--plain-http',
      '--pack',
      at('pack'),
      '-o',
      'json',
      ...words,
    ]);
  const names = (ran: Ran): readonly string[] =>
    whole(ran)
      .targets.map(({ name }) => name.split(':').at(-1) ?? '')
      .sort();

  it('is scanned tag by tag; one that cannot be is told, and the others go on', async () => {
    const ran = await scan();
    expect(names(ran)).toEqual(['moved', 'unsigned', 'v1', 'v2', 'v3']);
    expect(whole(ran).failures).toMatchObject([{ name: reference('tampered') }]);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/\[\d\/6\] .*:v1.*: 1 packages, 1 findings/);
  });

  it('is filtered by tag and by age', async () => {
    expect(names(await scan('--tag', 'v*', '--exclude-tag', '*2'))).toEqual(['v1', 'v3']);
    expect(names(await scan('--newest', '2'))).toEqual(['moved', 'unsigned']);
    expect((await scan('--tag', 'nothing*')).code).toBe(2);
  });

  it('gives one finding the same fingerprint in every report, and its baseline lets only new ones count', async () => {
    const report = (form: string, file: string): string[] => ['--report', `${form}=${at(`reports/${file}`)}`];
    const files = [
      ...report('sarif', 'a.sarif'),
      ...report('junit', 'a.xml'),
      ...report('gitlab', 'gl.json'),
      ...report('gitlab-quality', 'quality.json'),
    ];
    const first = await scan(
      '--tag',
      'v*',
      '--fail-on',
      'unknown',
      '--write-baseline',
      at('baseline.json'),
      ...files,
    );
    expect(first.code).toBe(3);
    const read = (file: string): string => readFileSync(at(`reports/${file}`), 'utf8');
    const [{ fingerprint }] = (
      JSON.parse(readFileSync(at('baseline.json'), 'utf8')) as { findings: [{ fingerprint: string }] }
    ).findings;
    for (const file of ['a.sarif', 'gl.json', 'quality.json']) expect(read(file)).toContain(fingerprint);
    expect(read('a.xml')).toContain('<failure type="unknown"');
    const second = await scan('--tag', 'v*', '--fail-on', 'unknown', '--baseline', at('baseline.json'));
    expect(second.code).toBe(0);
    expect(second.err).toContain('0 findings count; 1 are in the baseline');
    expect(second.out).toContain('"state": "known"');
  });

  it('lets an exception answer for a finding until it expires', async () => {
    const write = (expires: string): void =>
      writeFileSync(
        at('exceptions.yaml'),
        `version: 1\nexceptions:\n  - id: CVE-2021-44906\n    target: '**/acme/app:*'\n    owner: team-web\n    reason: not reachable\n    expires: ${expires}\n`,
      );
    const words = ['--tag', 'v1', '--fail-on', 'unknown', '--exceptions', at('exceptions.yaml')];
    write(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    const accepted = await scan(...words);
    expect(accepted.code).toBe(0);
    expect(accepted.err).toContain('exceptions accept them');
    write('2026-01-01');
    const expired = await scan(...words);
    expect(expired.code).toBe(3);
    expect(expired.err).toContain(
      'expired exception, its findings count again: CVE-2021-44906 (2026-01-01, team-web)',
    );
  });
});

describe('the signatures beside images of a real registry', () => {
  it.each([
    ['v1', 'a bundle'],
    ['v2', 'a payload of cosign 2'],
  ])('of %s (%s) verify by key, and by no other', async (tag) => {
    const good = await verify(tag, '--key', at('key.pub'), '-o', 'json');
    expect([good.code, JSON.parse(good.out)]).toMatchObject([
      0,
      { outcome: 'fulfilled', digest: images.get(tag)?.digest },
    ]);
    const bad = await verify(tag, '--key', at('stranger.pub'));
    expect(bad.code).toBe(1);
    expect(bad.err).toContain('E_SIGNATURE_REFUSED');
  });

  it('of the Notary Project verify by trust store and name', async () => {
    const words = ['--trust-store', at('ca'), '--trusted-identity'];
    expect((await verify('v3', ...words, 'x509.subject: C=JP, ST=Tokyo, O=Acme')).code).toBe(0);
    const other = await verify('v3', ...words, 'x509.subject: C=JP, ST=Tokyo, O=Other');
    expect(other.code).toBe(1);
    expect(other.out).toContain('signed by C=JP,ST=Tokyo,O=Acme,CN=signer');
  });

  it.each([
    ['unsigned', 'no signature of this kind lies beside the image'],
    ['moved', 'the statement is about another artifact'],
  ])('do not verify for %s: %s', async (tag, why) => {
    const ran = await verify(tag, '--key', at('key.pub'));
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(why);
  });

  it('are attestations only for who asks for them', async () => {
    expect((await verify('v1', '--key', at('key.pub'), '--type', PROVENANCE)).code).toBe(0);
    expect((await verify('v2', '--key', at('key.pub'), '--type', PROVENANCE)).code).toBe(1);
  });
});

describe('a signature policy', () => {
  const policy = (branch: string): string => `
version: 1
policies:
  - name: applications
    images: ['*/acme/app']
    require:
      "any":
        - all:
            - signature: { key: key.pub }
            - attestation:
                type: ${PROVENANCE}
                key: key.pub
                where:
                  - { field: buildDefinition.externalParameters.branch, equals: ${branch} }
        - signature:
            notation:
              stores: { ca: ca }
              identities: ['x509.subject: C=JP, ST=Tokyo, O=Acme']
`;

  it('lets images pass that carry what it asks for, and refuses all others with reasons', async () => {
    writeFileSync(at('policy.yaml'), policy('main'));
    const codes: Record<string, number> = {};
    for (const tag of ['v1', 'v2', 'v3', 'unsigned', 'moved'])
      codes[tag] = (await verify(tag, '--policy', at('policy.yaml'))).code;
    expect(codes).toEqual({ v1: 0, v2: 1, v3: 0, unsigned: 1, moved: 1 });
    writeFileSync(at('policy.yaml'), policy('release'));
    const other = await verify('v1', '--policy', at('policy.yaml'));
    expect(other.out).toContain('does not hold: buildDefinition.externalParameters.branch = release');
  });

  it('is part of a scan: what it refuses ends with 3, what it says is in the report', async () => {
    writeFileSync(at('policy.yaml'), policy('main'));
    const words = [
      'scan',
      'registry',
      `${server.host}/${APP}`,
      '--plain-http',
      '--pack',
      at('pack'),
      '-o',
      'json',
    ];
    const ran = await bartizan([...words, '--tag', 'v*', '--policy', at('policy.yaml')]);
    const outcomes = whole(ran).targets.map(({ name, signaturePolicy }) => [
      name.slice(-2),
      signaturePolicy?.outcome,
    ]);
    expect(outcomes.sort()).toEqual([
      ['v1', 'fulfilled'],
      ['v2', 'refused'],
      ['v3', 'fulfilled'],
    ]);
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('REFUSED');
  });

  it('refuses images that it does not name, unless it says otherwise', async () => {
    const elsewhere = policy('main').replace("'*/acme/app'", "'*/acme/other'");
    writeFileSync(at('policy.yaml'), elsewhere);
    expect((await verify('v1', '--policy', at('policy.yaml'))).code).toBe(1);
    writeFileSync(at('policy.yaml'), `${elsewhere}unmatched: allow\n`);
    expect((await verify('v1', '--policy', at('policy.yaml'))).code).toBe(0);
  });
});
