// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';

let folder = '';
const at = (name: string): string => join(folder, name);

const bartizan = (
  words: readonly string[],
  env: Record<string, string> = {},
  language: Language = 'en',
): Promise<Ended> => runCommand(words, { language, env, checkout: folder, ask: async () => undefined });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-sign-'));
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const other = generateKeyPairSync('ed25519');
  const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' } as const;
  writeFileSync(at('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('locked.pem'), privateKey.export(locked));
  writeFileSync(at('passphrase'), 'open sesame\n');
  writeFileSync(at('key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('other.pub'), other.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('app.tar'), 'the artifact');
  writeFileSync(at('tampered.tar'), 'the artefact');
  writeFileSync(at('predicate.json'), '{"suite":"all"}');
  writeFileSync(at('list.json'), '[]');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sign = (...more: readonly string[]) => ['sign', at('app.tar'), '--bundle', at('app.json'), ...more];
const verify = (file: string, ...more: readonly string[]) => [
  'verify',
  file,
  '--bundle',
  at('app.json'),
  ...more,
];

describe('sign and verify', () => {
  it('agree, and a changed file is refused with its reason', async () => {
    expect((await bartizan(sign('--key', at('key.pem')))).exitCode).toBe(0);
    const good = await bartizan(verify(at('app.tar'), '--key', at('key.pub')));
    expect([good.exitCode, good.stderr]).toEqual([0, '']);
    const bad = await bartizan(verify(at('tampered.tar'), '--key', at('key.pub')));
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain('E_SIGNATURE_REFUSED');
    expect(bad.stderr).toContain('the bundle is about another artifact');
  });

  it('take the passphrase from a file or the environment, and never print it', async () => {
    const file = await bartizan(sign('--key', at('locked.pem'), '--passphrase-file', at('passphrase')));
    const variable = await bartizan(sign('--key', at('locked.pem')), {
      BARTIZAN_KEY_PASSPHRASE: 'open sesame',
    });
    const wrong = await bartizan(sign('--key', at('locked.pem')), { BARTIZAN_KEY_PASSPHRASE: 'open barley' });
    expect([file.exitCode, variable.exitCode, wrong.exitCode]).toEqual([0, 0, 1]);
    expect(wrong.stderr).toContain('E_SIGNING_KEY');
    for (const { stdout, stderr } of [file, variable, wrong])
      expect(stdout + stderr).not.toMatch(/sesame|barley/);
  });

  it('refuse another key, and a log entry that is not there', async () => {
    await bartizan(sign('--key', at('key.pem')));
    const key = await bartizan(verify(at('app.tar'), '--key', at('other.pub')));
    const entry = await bartizan(verify(at('app.tar'), '--key', at('key.pub'), '--log-entries', '1'));
    expect([key.exitCode, entry.exitCode]).toEqual([1, 1]);
    expect(entry.stderr).toContain('0 log entries, at least 1 asked for');
  });

  it('give the reasons as JSON', async () => {
    await bartizan(sign('--key', at('key.pem')));
    const { stdout } = await bartizan(verify(at('app.tar'), '--key', at('key.pub'), '-o', 'json'));
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'verified',
      signer: { kind: 'key' },
      reasons: [
        { check: 'signature', isFulfilled: true },
        { check: 'key', isFulfilled: true },
      ],
    });
  });

  it('speak Japanese', async () => {
    await bartizan(sign('--key', at('key.pem')));
    const { stderr } = await bartizan(verify(at('tampered.tar'), '--key', at('key.pub')), {}, 'ja');
    expect(stderr).toContain('署名は受け入れられません');
  });
});

describe('attest', () => {
  const attest = (artifact: string, predicate = 'predicate.json') => [
    'attest',
    artifact,
    '--key',
    at('key.pem'),
    '--bundle',
    at('app.json'),
    '--predicate',
    at(predicate),
    '--type',
    'https://example.org/tested',
  ];

  it('makes a claim about a file that verifies by its digest alone', async () => {
    expect((await bartizan(attest(at('app.tar')))).exitCode).toBe(0);
    const digest = createHash('sha256')
      .update(readFileSync(at('app.tar')))
      .digest('hex');
    const good = await bartizan(verify(`sha256:${digest}`, '--key', at('key.pub'), '-o', 'json'));
    expect(good.exitCode).toBe(0);
    const { payload } = JSON.parse(good.stdout) as { payload: { text: string } };
    expect(JSON.parse(payload.text)).toMatchObject({
      predicateType: 'https://example.org/tested',
      predicate: { suite: 'all' },
    });
    expect((await bartizan(verify(`sha256:${'0'.repeat(64)}`, '--key', at('key.pub')))).exitCode).toBe(1);
  });

  it('is an attestation of its own type, and of no other', async () => {
    await bartizan(attest(at('app.tar')));
    const asked = (type: string) =>
      bartizan(verify(at('app.tar'), '--key', at('key.pub'), '--type', type, '-o', 'json'));
    const good = await asked('https://example.org/tested');
    expect([good.exitCode, JSON.parse(good.stdout).outcome]).toEqual([0, 'verified']);
    const other = await asked('https://slsa.dev/provenance/v1');
    expect([other.exitCode, JSON.parse(other.stdout).outcome]).toEqual([1, 'refused']);
    expect(other.stderr).toContain('E_SIGNATURE_REFUSED');
    expect(JSON.parse(other.stdout).reasons.at(-1)).toEqual({
      check: 'statement',
      isFulfilled: false,
      detail: 'says https://example.org/tested',
    });
    await bartizan(sign('--key', at('key.pem')));
    const plainly = await asked('https://example.org/tested');
    expect([plainly.exitCode, JSON.parse(plainly.stdout).outcome]).toEqual([1, 'refused']);
  });

  it('refuses a predicate that is no object', async () => {
    expect((await bartizan(attest(at('app.tar'), 'list.json'))).exitCode).toBe(2);
  });
});

describe('verify', () => {
  it.each([
    ['no policy', [], 2],
    ['both kinds of policy', ['--key', 'key.pub', '--identity', 'x', '--issuer', 'y'], 2],
    ['an identity without an issuer', ['--identity', 'x'], 2],
    ['a broken number', ['--key', 'key.pub', '--log-entries', '1.5'], 2],
    ['a key that is none', ['--key', 'predicate.json'], 2],
    ['a key that is not there', ['--key', 'nowhere'], 5],
    ['a trust root that is none', ['--key', 'key.pub', '--trust-root', 'predicate.json'], 1],
    ['an identity for a bundle with a key', ['--identity', 'x', '--issuer', 'y'], 1],
    ['a policy, which is about images', ['--key', 'key.pub', '--policy', 'nowhere'], 2],
    ['a policy alone', ['--policy', 'nowhere'], 2],
    ['a trust store', ['--key', 'key.pub', '--trust-store', 'nowhere'], 2],
    ['a signer of a trust store', ['--key', 'key.pub', '--trusted-identity', '*'], 2],
    ['an issuer of a key', ['--key', 'key.pub', '--issuer', 'y'], 2],
  ])('ends with %s in its own exit code', async (_what, words, exitCode) => {
    await bartizan(sign('--key', at('key.pem')));
    const files = words.map((word) => (/^(key\.pub|predicate\.json|nowhere)$/.test(word) ? at(word) : word));
    expect((await bartizan(verify(at('app.tar'), ...files))).exitCode).toBe(exitCode);
  });

  it.each([
    ['a policy and a type', ['--policy', 'p.yaml', '--type', 'https://slsa.dev/provenance/v1']],
    ['a policy and an issuer', ['--policy', 'p.yaml', '--issuer', 'y']],
    ['a policy and log entries', ['--policy', 'p.yaml', '--log-entries', '1']],
    ['a policy and a trust root', ['--policy', 'p.yaml', '--trust-root', 'r.json']],
    ['a policy and a signer', ['--policy', 'p.yaml', '--trusted-identity', '*']],
    ['a policy and a key', ['--policy', 'p.yaml', '--key', 'k']],
    [
      'a trust store and log entries',
      ['--trust-store', 'd', '--trusted-identity', '*', '--log-entries', '1'],
    ],
    ['a key and an issuer', ['--key', 'k', '--issuer', 'y']],
  ])('asks nobody about an image with %s: one of them would not be obeyed', async (_what, words) => {
    const ended = await bartizan(['verify', 'registry.invalid/app:1', ...words]);
    expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining('E_USAGE')]);
  });

  it('says when the file or the bundle is not there', async () => {
    expect((await bartizan(verify(at('nowhere'), '--key', at('key.pub')))).exitCode).toBe(5);
    const missing = ['verify', at('app.tar'), '--bundle', at('nowhere'), '--key', at('key.pub')];
    expect((await bartizan(missing)).exitCode).toBe(5);
  });
});
