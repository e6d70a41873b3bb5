// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ROUTE_TAGS, ROUTES, type Route } from '@bartizan/contracts';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'HTTP API',
    intro:
      'All paths are below `/api/v1`. The full description is OpenAPI 3.1 at `/api/v1/openapi.json` of every controller. Errors are `application/problem+json` (RFC 9457): `title` and `remedy` are in the language of `Accept-Language`, `detail` in that of `detailLanguage`, as not every detail exists in both. Lists take `filter`, `sort`, `limit` and `cursor`, and answer `Accept: text/csv` with everything the filter matches.',
    head: '| Method | Path | Permission | What it does |',
  },
  ja: {
    title: 'HTTP API',
    intro:
      'すべてのパスは `/api/v1` の下にあります。詳細は各コントローラーの `/api/v1/openapi.json`（OpenAPI 3.1）を参照してください。エラーは `application/problem+json`（RFC 9457）です。`title` と `remedy` は `Accept-Language` の言語、`detail` は `detailLanguage` の言語で返します（英語だけの詳細もあるためです）。一覧は `filter`・`sort`・`limit`・`cursor` を受け付け、`Accept: text/csv` を指定するとフィルターに一致するすべてを返します。',
    head: '| メソッド | パス | 権限 | 説明 |',
  },
} as const;

/** The page of all routes, by tag. */
export function apiPage(language: Language): string {
  const words = WORDS[language];
  const routes: readonly Route[] = ROUTES;
  const tags = [...new Set(routes.map((route) => route.tag))];
  const sections = tags.flatMap((tag) => [
    '',
    `## ${ROUTE_TAGS[tag][language]}`,
    '',
    words.head,
    '| --- | --- | --- | --- |',
    ...routes
      .filter((route) => route.tag === tag)
      .map(
        (route) =>
          `| ${route.method} | \`${route.path}\` | \`${route.permission}\` | ${cell(route.summary[language])} |`,
      ),
  ]);
  return pageOf(language, words.title, [words.intro, ...sections]);
}
