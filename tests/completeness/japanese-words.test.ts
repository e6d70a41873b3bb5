// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';

/** What a reader would take for another thing, and the word for it: docs/glossary.md, and one spelling of loan words. */
const ONE_WORD = [
  [/検出結果/, '検出事項'],
  [/重大度/, '深刻度'],
  [/カバレッジ/, '網羅率'],
  [/アドバイザリー/, '脆弱性情報'],
  [/受容/, '受け入れ'],
  [/責任者/, '担当者'],
  [/ポッド/, 'Pod'],
  [/メモリ(?!ー)/, 'メモリー'],
  [/コンテナ(?!ー)/, 'コンテナー'],
  [/ライブラリ(?!ー)/, 'ライブラリー'],
  [/サーバ(?!ー)/, 'サーバー'],
  [/ユーザ(?!ー)/, 'ユーザー'],
  [/ブラウザ(?!ー)/, 'ブラウザー'],
  [/レジストリー/, 'レジストリ'],
  [/リポジトリー/, 'リポジトリ'],
] as const;

/** Titles of documents of others. */
const NAMES = ['アプリケーションコンテナセキュリティガイド'];

const isShown = (path: string): boolean =>
  /^(README\.ja\.md|docs\/(guide|reference)\/ja\/|(apps|packages|content|controls|bench|tools)\/|bartizan$)/.test(
    path,
  ) && /(\.(ts|tsx|json|md)|bartizan)$/.test(path);

const otherWords = (text: string): string[] => {
  const own = NAMES.reduce((rest, name) => rest.replaceAll(name, ''), text);
  return ONE_WORD.filter(([other]) => other.test(own)).map(([other, word]) => `${other.source}: ${word}`);
};

/** A Japanese text that is an English sentence: three words of Latin letters and no kana or kanji. */
const NO_JAPANESE = /^(?=.*\b[A-Za-z']{2,}[ ,]+[A-Za-z']{2,}[ ,]+[A-Za-z']{2,})[^ぁ-んァ-ヶ一-龠]*$/su;
const englishAsJapanese = (text: string): string[] =>
  [...text.matchAll(/\bja: *(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/gu)]
    .map((match) => (match[1] ?? match[2] ?? '').replaceAll(/\$\{[^}]*\}/gu, ''))
    .filter((told) => NO_JAPANESE.test(told));

describe('Japanese texts', () => {
  it('have one word for one thing, in guides, console, command line and content', () => {
    const found = repositoryFiles()
      .filter(isShown)
      .map((path) => [path, otherWords(readText(path))] as const)
      .filter(([, words]) => words.length > 0);
    expect(found).toEqual([]);
  });

  it('are no English sentences', () => {
    const found = repositoryFiles()
      .filter((path) => isShown(path) && path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .map((path) => [path, englishAsJapanese(readText(path))] as const)
      .filter(([, texts]) => texts.length > 0);
    expect(found).toEqual([]);
  });

  it('are told from names: a sentence is found, whatever is put into it', () => {
    expect(englishAsJapanese("{ en: 'x', ja: 'the file is cut' }, { ja: `a limit of the file` }")).toEqual([
      'the file is cut',
      'a limit of the file',
    ]);
    expect(englishAsJapanese("{ ja: 'Pod Security Standards の版' }, { ja: 'GPL-2.0-or-later' }")).toEqual(
      [],
    );
  });

  it('are searched: another word is found, a name of others is none', () => {
    expect(otherWords('コンテナの検出結果')).toEqual(['検出結果: 検出事項', 'コンテナ(?!ー): コンテナー']);
    expect(otherWords('SP 800-190 アプリケーションコンテナセキュリティガイド、コンテナーの検出事項')).toEqual(
      [],
    );
  });
});
