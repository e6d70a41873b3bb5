// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Finding, parser } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { makeSecretRule, makeSecretScanner, TEST_NOW_MS } from '../testing/secret-rules.ts';
import { treeOf } from '../testing/trees.ts';
import { secretFinding } from './secret-finding.ts';
import type { SecretMatch } from './secret-match.ts';
import { searchEnvironment, searchImageConfig, searchTexts } from './text-secrets.ts';
import { searchTree } from './tree-secrets.ts';

const VALUE = ['tok', 'a1b2c3d4e5f6g7h8'].join('_');
const scanner = makeSecretScanner();
const search = (files: Readonly<Record<string, string | Buffer>>, fileBytes?: number) =>
  searchTree({
    tree: treeOf(files),
    scanner,
    limits: DEFAULT_LIMITS,
    now: () => TEST_NOW_MS,
    ...(fileBytes === undefined ? {} : { fileBytes }),
  });
const where = (matches: readonly SecretMatch[]): string[] =>
  matches.map(({ kind, path, line }) => `${kind} ${path}:${line}`);

describe('searchTree', () => {
  it('finds secrets wherever they lie, worst first', () => {
    const report = search({
      '/srv/docs/a.md': VALUE,
      '/srv/b.env': `x\n${VALUE}`,
      '/etc/a.conf': VALUE,
      '/srv/clean': 'nothing',
    });
    expect(where(report.matches)).toEqual([
      'file /etc/a.conf:1',
      'file /srv/b.env:2',
      'file /srv/docs/a.md:1',
    ]);
    expect(report).toMatchObject({ incomplete: [], stats: { files: 4, skipped: 0 } });
  });

  it('leaves a file alone that is as the distribution brings it, and looks again once it is changed', () => {
    const content = `sample ${VALUE}\n`;
    const md5 = createHash('md5').update(content).digest('hex');
    const sha1 = createHash('sha1').update(content).digest('base64');
    const lists = {
      '/var/lib/dpkg/info/openssl:amd64.md5sums': `${md5}  usr/share/a.pem\n${md5}  bin/tool\n`,
      '/lib/apk/db/installed': `P:musl\nF:usr/lib\nR:b\nZ:Q1${sha1}\n\n`,
    };
    const same = search({
      ...lists,
      '/usr/share/a.pem': content,
      '/usr/bin/tool': content,
      '/usr/lib/b': content,
    });
    expect(same.matches).toEqual([]);
    expect(same.suppressed.map(({ reason }) => reason).sort()).toEqual([
      'the file is as musl of the distribution brings it',
      'the file is as openssl of the distribution brings it',
      'the file is as openssl of the distribution brings it',
    ]);
    const changed = search({ ...lists, '/usr/share/a.pem': `${content}x`, '/srv/a.pem': content });
    expect(where(changed.matches)).toEqual(['file /srv/a.pem:1', 'file /usr/share/a.pem:1']);
  });

  it('says what of a large file it did not search', () => {
    const report = search({ '/srv/log': `${'x'.repeat(2_000)} ${VALUE}` }, 1_000);
    expect(report.matches).toEqual([]);
    expect(report.incomplete).toMatchObject([
      { code: 'scan.limit', path: '/srv/log', detail: 'only the first 1000 of 2021 bytes are looked at' },
    ]);
  });

  it('counts files whose kind holds no text', () => {
    expect(search({ '/srv/a.png': VALUE, '/srv/b.woff2': VALUE }).stats).toMatchObject({
      files: 0,
      skipped: 2,
    });
  });

  it('names the problem when the time is over', () => {
    let now = 0;
    const files = Object.fromEntries(Array.from({ length: 1_200 }, (_, at) => [`/srv/${at}`, 'x']));
    const report = searchTree({
      tree: treeOf(files),
      scanner,
      limits: { ...DEFAULT_LIMITS, timeMs: 10 },
      now: () => (now += 100),
    });
    expect(report.incomplete.map(({ code }) => code)).toEqual(['scan.timeout']);
  });

  it('tells which certificate a private key belongs to', () => {
    const keyRule = makeSecretRule({
      id: 'secret.key',
      keywords: ['private key-----'],
      pattern: '-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\\s]{64,4000}-----END PRIVATE KEY-----',
      after: 4_100,
      check: 'private-key',
    });
    const keys = makeSecretScanner(keyRule);
    const [own, other] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    if (own === undefined || other === undefined) throw new Error('no keys');
    const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
    const report = searchTree({
      tree: treeOf({
        '/etc/ssl/own.key': pem(own),
        '/etc/ssl/other.key': pem(other),
        '/etc/ssl/shop.crt': `subject shop\n${makeCertificate(own, 'shop.internal')}`,
        '/etc/ssl/broken.crt': makeCertificate(own, 'x').replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      }),
      scanner: keys,
      limits: DEFAULT_LIMITS,
      now: () => TEST_NOW_MS,
    });
    const paired = report.matches.map(({ path, verification, reasons }) => [
      path,
      verification,
      reasons.find(({ step }) => step === 'key-pair')?.detail.en,
    ]);
    expect(paired).toEqual([
      ['/etc/ssl/other.key', 'verified', undefined],
      ['/etc/ssl/own.key', 'verified', 'it is the key of the certificate in /etc/ssl/shop.crt'],
    ]);
  });
});

describe('texts that are no files', () => {
  it('are searched in the configuration of an image', () => {
    const { matches } = searchImageConfig(scanner, {
      config: {
        Env: ['PATH=/bin', `API_TOKEN=${VALUE}`, 7],
        Labels: { 'build.token': VALUE, other: 'x' },
        Cmd: ['run', '--token', VALUE],
        Entrypoint: null,
      },
      history: [{ created_by: 'RUN true' }, { created_by: `ARG TOKEN=${VALUE}` }, {}],
    });
    expect(where(matches)).toEqual([
      'image-config config.Env[API_TOKEN]:1',
      'image-config config.Labels[build.token]:1',
      'image-config config.Cmd:1',
      'image-config history[1].created_by:1',
    ]);
  });

  it('are searched in the environment of a process, whose odd names are not shown', () => {
    const environ = Buffer.from(`A=1\0TOKEN=${VALUE}\0${VALUE}=x\0`);
    expect(where(searchEnvironment(scanner, environ).matches)).toEqual([
      'environment env[TOKEN]:1',
      'environment env[2]:1',
    ]);
    const odd = Buffer.from(`we ird ${VALUE} =x\0`);
    expect(where(searchEnvironment(scanner, odd).matches)).toEqual(['environment env[0]:1']);
  });

  it('are searched under the names they are given', () => {
    const { matches } = searchTexts(scanner, [
      { kind: 'text', path: 'ConfigMap shop/web data.env', text: `a\n ${VALUE}` },
    ]);
    expect(where(matches)).toEqual(['text ConfigMap shop/web data.env:2']);
  });
});

describe('texts that hold more than is kept', () => {
  /** Secrets enough to fill all that is kept of one text. */
  const many = Array.from({ length: 1_001 }, (_, at) => `tok_${String(at).padStart(6, '0')}a1b2c3d4e5`);

  it('are told by their place, and the texts beside them are searched', () => {
    const config = { Env: [`A=${many.join(' ')}`, `B=${VALUE}`] };
    const inConfig = searchImageConfig(scanner, { config, history: [{ created_by: many.join(' ') }] });
    expect(inConfig.cut).toEqual(['config.Env[A]', 'history[0].created_by']);
    expect(inConfig.matches.filter(({ path }) => path === 'config.Env[B]')).toHaveLength(1);
    const environ = searchEnvironment(scanner, Buffer.from(`A=${many.join(' ')}\0B=${VALUE}\0`));
    expect(environ.cut).toEqual(['env[A]']);
    expect(searchTexts(scanner, [{ kind: 'text', path: 'x', text: VALUE }]).cut).toEqual([]);
  });
});

describe('secretFinding', () => {
  const place = {
    cluster: 'local',
    tenant: 'default',
    subject: { workload: 'host', kind: 'Host', namespace: '', name: 'shop-1' },
    nowMs: TEST_NOW_MS,
  } as const;
  const [first] = search({ '/srv/b.env': `x\n  ${VALUE}` }).matches;
  if (first === undefined) throw new Error('nothing was found');

  it('is a finding of the contracts, with place, rule, state and fix, and without the value', () => {
    const finding = secretFinding(first, place);
    expect(parser(Finding)(finding)).toMatchObject({ ok: true });
    expect(finding).toMatchObject({
      kind: 'secret',
      check: 'secret.test-token',
      title: { en: 'Test token in /srv/b.env', ja: '/srv/b.env に「テストトークン」があります' },
      location: { kind: 'file', path: '/srv/b.env', line: 2, column: 3 },
      secret: { preview: 'tok_…(20)', verification: 'plausible' },
      fix: { state: 'configuration', action: { en: 'Rotate it' } },
    });
    expect(JSON.stringify(finding)).not.toContain(VALUE.slice(4));
  });

  it('keeps its id when lines move, and has another for another value, place or layer', () => {
    const id = secretFinding(first, place).id;
    expect(secretFinding({ ...first, line: 9, column: 1 }, place).id).toBe(id);
    for (const other of [{ fingerprint: '0' }, { path: '/srv/c.env' }, { layer: 'sha256:one' }])
      expect(secretFinding({ ...first, ...other }, place).id).not.toBe(id);
  });
});
