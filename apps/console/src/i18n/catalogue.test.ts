// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { GLOSSARY } from './glossary.ts';
import { ja } from './ja.ts';

const source = new URL('..', import.meta.url).pathname;
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !name.includes('i18n/') && !name.includes('.test.'),
);
const code = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
const english: Readonly<Record<string, string>> = en;
const japanese: Readonly<Record<string, string>> = ja;
const stem = (key: string): string => key.replace(/_(zero|one|other)$/, '');
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

/** Whether the code names a key: as a whole, or by a template whose fixed parts fit. */
const templates = [...code.matchAll(/`([a-z][\w.-]*\.)\$\{[^}]+\}([\w.-]*)`/g)].map((match) => ({
  head: match[1] ?? '',
  tail: match[2] ?? '',
}));
const isUsed = (key: string): boolean =>
  code.includes(`'${key}'`) ||
  templates.some(
    ({ head, tail }) => key.startsWith(head) && key.endsWith(tail) && key.length > head.length + tail.length,
  );

describe('the catalogues', () => {
  it('say how long a one-time password is good where one is handed out', () => {
    expect(en['users.password.once']).toMatch(/15 minutes from the first sign-in, 24 hours at most/);
    expect(ja['users.password.once']).toMatch(/15 分、最長 24 時間有効/);
  });

  it('have the same keys in both languages', () => {
    const stems = (catalogue: Readonly<Record<string, string>>): string[] =>
      [...new Set(Object.keys(catalogue).map(stem))].sort();
    expect(stems(japanese)).toEqual(stems(english));
  });
  it('have no key that no page uses', () => {
    expect(
      Object.keys(english)
        .map(stem)
        .filter((key) => !isUsed(key)),
    ).toEqual([]);
  });
  it('have no empty text', () => {
    expect(
      [...Object.entries(english), ...Object.entries(japanese)].filter(([, text]) => text.trim() === ''),
    ).toEqual([]);
  });
  it('fill the same placeholders in both languages', () => {
    const differing = Object.entries(japanese).filter(
      ([key, text]) =>
        JSON.stringify(placeholders(text)) !== JSON.stringify(placeholders(english[key] ?? '')),
    );
    expect(differing).toEqual([]);
  });
  it('say something in Japanese wherever a label is more than a name', () => {
    const names =
      /^(CSV|CI|ID|Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob|cgroup|OWASP Kubernetes Top 10|JSON|[^\p{L}]*)$/u;
    const untranslated = Object.entries(japanese).filter(
      ([, text]) =>
        !/[぀-ヿ一-鿿]/.test(text) && !names.test(text) && !/^pid \{pid\}・uid \{uid\}$/.test(text),
    );
    expect(untranslated).toEqual([]);
  });
  it('end Japanese sentences politely', () => {
    const rude = Object.entries(japanese).filter(
      ([key, text]) =>
        (english[key] ?? '').endsWith('.') &&
        !text.endsWith('…') &&
        /。$/.test(text) &&
        !/(ます|です|ました|でした|ません|ください)。$/.test(text),
    );
    expect(rude.filter(([, text]) => /[ぁ-ん]。$/.test(text))).toEqual([]);
  });
  it('use no exclamation mark', () => {
    expect(
      [...Object.values(english), ...Object.values(japanese)].filter((text) => /[!！]/.test(text)),
    ).toEqual([]);
  });
});

describe('the glossary', () => {
  it.each(GLOSSARY.map((entry) => [String(entry.english), entry] as const))(
    'keeps the word for %s',
    (_, entry) => {
      const broken = Object.entries(english).filter(
        ([key, text]) =>
          entry.english.test(text) && japanese[key] !== undefined && !entry.japanese.test(japanese[key]),
      );
      expect(broken).toEqual([]);
    },
  );
});
