// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSecretRule, makeSecretScanner, TEST_HASH_KEY } from '../testing/secret-rules.ts';
import { MAX_MATCHES, MAX_SUPPRESSED, type SecretScan, type SecretSource } from './secret-match.ts';

const VALUE = ['tok', 'a1b2c3d4e5f6g7h8'].join('_');
const OTHER = ['tok', 'z9y8x7w6v5u4t3s2'].join('_');
const FILE: SecretSource = { kind: 'file', path: '/srv/settings' };
const scanner = makeSecretScanner();
const scan = (text: string, source: SecretSource = FILE): SecretScan =>
  scanner.scan(source, Buffer.from(text, 'latin1'));
const places = (result: SecretScan): string[] =>
  result.matches.map(({ line, column }) => `${line}:${column}`);

describe('SecretScanner', () => {
  it('gives the place, the preview and the keyed hash, and never the value', () => {
    const [match] = scan(`first\n  key = ${VALUE}\n`).matches;
    expect(match).toMatchObject({
      path: '/srv/settings',
      line: 2,
      column: 9,
      preview: 'tok_…(20)',
      fingerprint: createHmac('sha256', TEST_HASH_KEY).update(VALUE).digest('hex'),
      verification: 'plausible',
      severity: 'high',
      reasons: [
        {
          step: 'rule',
          detail: {
            en: 'secret.test-token, confidence of its shape high',
            ja: 'secret.test-token（形の確かさ：高）',
          },
        },
        {
          step: 'check',
          detail: {
            en: 'plausible: its form has nothing to check',
            ja: '形は正しい：この形には確認できる部分がない',
          },
        },
      ],
    });
    expect(JSON.stringify(match)).not.toContain(VALUE.slice(4));
  });

  it('shows no character of a short value', () => {
    const short = makeSecretScanner(makeSecretRule({ pattern: 'tok_(?<secret>[a-z0-9]{8})' }));
    expect(short.scan(FILE, Buffer.from('tok_a1b2c3d4')).matches[0]?.preview).toBe('…(8)');
  });

  it('finds every one of many on one line and on many lines', () => {
    expect(places(scan(`${VALUE} ${OTHER}\n\n${VALUE}`))).toEqual(['1:1', '1:22', '3:1']);
  });

  it('finds the same however the bytes are cut into chunks', () => {
    const text = Buffer.from(
      `${'x'.repeat(700)}\n${VALUE}\n${'y '.repeat(900)}\n ${OTHER}\n${'z'.repeat(80)}`,
    );
    const whole = scanner.scan(FILE, text);
    expect(places(whole)).toEqual(['2:1', '4:2']);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const stream = scanner.open(FILE);
        let from = 0;
        for (const to of [...cuts.sort((left, right) => left - right), text.length]) {
          stream.push(text.subarray(from, to));
          from = to;
        }
        expect(stream.end()).toEqual(whole);
      }),
      { seed: 20_261_125, numRuns: 100 },
    );
  });

  it('reads UTF-16 as editors of other systems write it', () => {
    const text = `line\nkey=${VALUE}\n`;
    const little = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(places(scanner.scan(FILE, little))).toEqual(['2:5']);
    expect(places(scanner.scan(FILE, Buffer.from(little).swap16()))).toEqual(['2:5']);
  });

  it('shows a text without the secrets in it, and nothing of one whose places are not known', () => {
    expect(scanner.redact(`日本 a=${VALUE} b=${OTHER}.`)).toBe('日本 a=[redacted] b=[redacted].');
    expect(scanner.redact('RUN make all')).toBe('RUN make all');
    expect(scanner.redact(`a=\0${VALUE}`)).toBe('[redacted]');
  });

  it('takes nothing for something: an empty text, random bytes, other shapes', () => {
    expect(scan('')).toEqual({ matches: [], suppressed: [], suppressedCount: 0, isCut: false });
    expect(scan(`tok_short ${VALUE}0 x${VALUE}`).matches).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(scanner.scan(FILE, bytes).matches).toEqual([]);
      }),
      { seed: 20_261_125, numRuns: 200 },
    );
  });

  it('keeps at most so many matches, and says that there were more', () => {
    const values = Array.from(
      { length: MAX_MATCHES + 50 },
      (_, at) => `tok_${String(at).padStart(6, '0')}a1b2c3d4e5`,
    );
    const result = scan(values.join('\n'));
    expect(result.matches.length).toBe(MAX_MATCHES);
    expect(result.isCut).toBe(true);
  });

  it('finds what stands behind any number of look-alikes', () => {
    const decoys = 'tok_exampleexample12\n'.repeat(MAX_MATCHES * 11);
    const result = scan(`${decoys}${VALUE}\n${decoys}${OTHER}`);
    expect(result.matches.map(({ line }) => line)).toEqual([MAX_MATCHES * 11 + 1, MAX_MATCHES * 22 + 2]);
    expect(result).toMatchObject({ isCut: false, suppressedCount: MAX_MATCHES * 22 });
    expect(result.suppressed).toHaveLength(MAX_SUPPRESSED);
    expect(new Set(result.suppressed.map(({ line }) => line)).size).toBe(MAX_SUPPRESSED);
  });

  it('counts each look-alike once, however the text comes', () => {
    const text = Buffer.from(`${'x'.repeat(90)} tok_exampleexample12\n`.repeat(400));
    const stream = scanner.open(FILE);
    for (let at = 0; at < text.length; at += 777) stream.push(text.subarray(at, at + 777));
    expect(stream.end().suppressedCount).toBe(400);
    expect(scan(text.toString()).suppressedCount).toBe(400);
  });

  it('leaves words of examples out and keeps the reason', () => {
    const result = scan('one\ntok_exampleexample12');
    expect(result.matches).toEqual([]);
    expect(result.suppressed).toEqual([
      { rule: 'secret.test-token', path: '/srv/settings', line: 2, reason: 'it contains a word of examples' },
    ]);
  });

  it.each([
    ['/srv/newsletter.env', 'x', []],
    ['/srv/licensed.php', 'x', []],
    ['/srv/readme.env', 'x', []],
    ['/srv/news.env.local', 'x', []],
    ['/srv/.env.1', 'DB=x', []],
    ['/var/log/app.log.2', '2026-01-01 start', []],
    ['/srv/README', 'x', ['documentation']],
    ['/srv/readme_ja.txt', 'x', ['documentation']],
    ['/srv/NEWS.2023', 'x', ['documentation']],
    ['/srv/COPYING3', 'x', ['documentation']],
    ['/srv/LICENSES', 'x', ['documentation']],
    ['/srv/license-mit', 'x', ['documentation']],
    ['/srv/docs/app.env', 'x', ['documentation']],
    ['/srv/tool.1', '.TH TOOL 1', ['documentation']],
    ['/srv/tool.8', '\'\\" t\n.TH x', ['documentation']],
    ['/srv/tool.3', '\n.\\" made by a generator', ['documentation']],
  ])('takes %s that begins with %j for %j', (path, text, roles) => {
    expect(scan(`${text}\n${VALUE}`, { kind: 'file', path }).matches[0]?.roles).toEqual(roles);
  });

  it.each([
    ['/srv/tests/app.env', 'low', 'test'],
    ['/srv/docs/use.md', 'low', 'documentation'],
    ['/srv/node_modules/a/index.js', 'low', 'vendored'],
    ['/srv/package-lock.json', 'high', undefined],
  ])('lowers in %s to %s', (path, severity, role) => {
    const [match] = scan(VALUE, { kind: 'file', path }).matches;
    expect(match?.severity).toBe(severity);
    expect(match?.reasons.filter(({ step }) => step === 'role').map(({ detail }) => detail.en)).toEqual(
      role === undefined ? [] : [`severity lowered: the file is of the kind ${role}`],
    );
  });

  it.each([
    ['/srv/package-lock.json', 'x', 'lock-file'],
    ['/srv/app.min.js', 'x', 'minified'],
    ['/srv/app.js', 'x'.repeat(3_000), 'minified'],
    ['/srv/tests/a.env', 'x', 'test'],
    ['/srv/tool', '\0', 'binary'],
  ])('drops what only has a name in %s', (path, before, role) => {
    const low = makeSecretScanner(makeSecretRule({ confidence: 'low' }));
    const result = low.scan({ kind: 'file', path }, Buffer.from(`${before} ${VALUE}`));
    expect(result.matches).toEqual([]);
    expect(result.suppressed.map(({ reason }) => reason)).toEqual([`the file is of the kind ${role}`]);
    expect(low.scan(FILE, Buffer.from(VALUE)).matches.length).toBe(1);
  });

  it('keeps a sure shape in a binary file', () => {
    expect(places(scan(`\0\0\0${VALUE}\0`, { kind: 'file', path: '/srv/tool' }))).toEqual(['1:4']);
  });

  it('drops everything of a file that is as the distribution brings it, and asks only when something matched', () => {
    let asked = 0;
    const source: SecretSource = {
      ...FILE,
      unchangedOf: () => {
        asked += 1;
        return 'openssl';
      },
    };
    expect(scan('nothing', source).matches).toEqual([]);
    expect(asked).toBe(0);
    expect(scan(VALUE, source)).toMatchObject({
      matches: [],
      suppressed: [{ reason: 'the file is as openssl of the distribution brings it' }],
      suppressedCount: 1,
    });
    expect(asked).toBe(1);
  });

  it('lets the surer rule speak where two see the same bytes', () => {
    const both = makeSecretScanner(
      makeSecretRule({
        id: 'secret.plain',
        confidence: 'low',
        keywords: ['key'],
        pattern: 'key = (?<secret>[a-z0-9_]{10,40})',
      }),
      makeSecretRule(),
    );
    const text = Buffer.from(`key = ${VALUE}\nkey = q1w2e3r4t5y6u7i8`);
    expect(both.scan(FILE, text).matches.map(({ rule, line }) => `${rule.id} ${line}`)).toEqual([
      'secret.test-token 1',
      'secret.plain 2',
    ]);
  });

  it('runs rules of certain files there only, without keywords too', () => {
    const rule = makeSecretRule({ keywords: [], files: ['/.login'], pattern: '(?<secret>[a-z0-9]{12})' });
    const only = makeSecretScanner(rule);
    const text = Buffer.from(`${'-'.repeat(20_000)}a1b2c3d4e5f6`);
    expect(only.scan({ kind: 'file', path: '/root/.login' }, text).matches.length).toBe(1);
    expect(only.scan({ kind: 'file', path: '/root/x.login' }, text).matches).toEqual([]);
    const stream = only.open({ kind: 'file', path: '/root/.login' });
    for (let at = 0; at < text.length; at += 1_000) stream.push(text.subarray(at, at + 1_000));
    expect(places(stream.end())).toEqual(['1:20001']);
  });
});
