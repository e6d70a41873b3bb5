// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { languageOf, TEXT, translator } from './catalogue.ts';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter(
    (path) =>
      path.endsWith('.ts') &&
      !path.endsWith('.test.ts') &&
      !/text\/(access|box|columns|commands|policies|preflight|registries|setup|signatures)\.ts$/.test(path),
  )
  .map((path) => readFileSync(join(SOURCE, path), 'utf8'))
  .join('\n');
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{([a-zA-Z]+)\}/g)].map((match) => match[1] ?? '').sort();
/** Families whose last part is a value. */
const FAMILIES = [
  /^severity\./,
  /^level\./,
  /^preflight\.state\./,
  /^state\./,
  /^verification\./,
  /^origin\./,
  /^policy\.(fulfilled|refused|unknown)$/,
  /^command\.policy-import-(neuvector|kyverno|gatekeeper)$/,
  /^import\.(dropped|stricter|weaker|different)$/,
  /^sync\.(create|update|remove|unchanged|gone|foreign|conflict)$/,
  /^sources\.state\.(off|waiting|current|degraded|unreachable)$/,
  /^event\.(dropped|ended)$/,
  /^help\.(exit-codes|environment)$/,
];

describe('catalogue', () => {
  it('has the same placeholders in both languages', () => {
    for (const [key, entry] of Object.entries(TEXT))
      expect([key, placeholders(entry.ja)]).toEqual([key, placeholders(entry.en)]);
  });

  it('has Japanese in Japanese and none in English', () => {
    const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;
    const neutral = new Set(['language.code', 'column.id', 'column.pid', 'arg.id']);
    for (const [key, entry] of Object.entries(TEXT)) {
      expect([key, japanese.test(entry.en)]).toEqual([key, false]);
      if (!neutral.has(key)) expect([key, japanese.test(entry.ja)]).toEqual([key, true]);
    }
  });

  it('has no text that nothing shows', () => {
    const unused = Object.keys(TEXT).filter(
      (key) => !sources.includes(`'${key}'`) && !FAMILIES.some((family) => family.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it.each([
    'box.login-shown',
    'box.login-file',
    'cluster.password',
    'cluster.password-file',
    'admin.reset-done',
  ] as const)('says in %s how long the one-time password is good', (key) => {
    expect(TEXT[key].en).toMatch(/15 min from the first login, 24 h at most/);
    expect(TEXT[key].ja).toMatch(/ログインから 15 分、最長 24 時間有効/);
  });

  it('replaces placeholders and leaves unknown ones', () => {
    expect(translator('en')('list.more', { count: 3 })).toBe('Showing the first 3; more with --limit.');
    expect(translator('ja')('list.more')).toContain('{count}');
    expect(translator('en')('list.more', { count: '\u001b[2J' })).toContain('first \\x1b[2J;');
  });
});

describe('language', () => {
  it.each([
    [{ LANG: 'ja_JP.UTF-8' }, undefined, 'ja'],
    [{ LANG: 'ja_JP.UTF-8', LC_ALL: 'C' }, undefined, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, undefined, 'en'],
    [{ LANG: 'ja_JP.UTF-8' }, 'en', 'en'],
    [{}, 'ja', 'ja'],
    [{ BARTIZAN_LANG: 'ja', LANG: 'C' }, undefined, 'ja'],
  ])('of %o with --lang %s is %s', (env, flag, expected) => {
    expect(languageOf(env, flag)).toBe(expected);
  });
});
