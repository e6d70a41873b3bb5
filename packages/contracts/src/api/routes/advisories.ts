// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice, flag, inline, instant, integer, list, object, optional, text } from '../../schema.ts';
import { route } from '../route.ts';

/** State of the advisory pack. */
export const AdvisoryStatus = object('AdvisoryStatus', 'State of the advisory pack', {
  present: flag('A pack is loaded'),
  builtAtMs: optional(instant('Built')),
  ageDays: optional(integer('Age', 'days')),
  sample: flag('Only the small sample that comes with the program'),
  rows: integer('Advisory rows', '1'),
  digest: optional(text('SHA-256', 64)),
  signedBy: optional(text('Id of the key that signed it; absent when nobody did', 64)),
  ecosystems: list(
    inline('An ecosystem', {
      ecosystem: text('Name', 64),
      rows: integer('Rows', '1'),
      asOf: optional(text('Date', 32)),
      completeness: choice(
        ['complete', 'partial', 'listed-packages', 'sample'],
        'How much of it the pack knows; listed-packages: only the packages it names',
      ),
    }),
    'What it covers',
    256,
  ),
  noData: list(text('Ecosystem', 256), 'What it says nothing about', 256),
  rejudged: optional(
    inline(
      'What the last change of packs led to: stored package lists are joined with it, none is read again',
      {
        startedAtMs: instant('Began'),
        endedAtMs: optional(instant('The last list was judged; absent = it goes on')),
        judged: integer('Lists judged again because it says something new about them', '1'),
        carried: integer('Lists it says nothing new about: their verdicts stand', '1'),
        waiting: integer('Lists still to judge', '1'),
        reread: integer('Lists that came from reading an image or container since it began', '1'),
      },
    ),
  ),
});

/** Routes of the advisory pack. */
export const advisoryRoutes = [
  route({
    id: 'advisory.status',
    method: 'GET',
    path: '/advisories',
    tag: 'advisories',
    permission: 'advisories:read',
    status: 200,
    summary: { en: 'State of the advisory pack', ja: '脆弱性情報の状態' },
    response: AdvisoryStatus,
  }),
  route({
    id: 'advisory.import',
    method: 'POST',
    path: '/advisories',
    tag: 'advisories',
    permission: 'advisories:manage',
    status: 200,
    audit: 'advisory.import',
    upload: true,
    summary: {
      en: 'Load an advisory pack, bundle or delta (application/octet-stream)',
      ja: '脆弱性情報パックを読み込む（application/octet-stream）',
    },
    query: inline('How to load', {
      force: optional(flag('Also load a pack that is older or has far fewer rows than the one in use')),
      unsigned: optional(
        flag('Also load a pack that nobody signed; a wrong signature is refused all the same'),
      ),
      trust: optional(
        text('Id of a key that came with a bundle and is believed from now on', 64, {
          pattern: '^[0-9a-f]{64}$',
        }),
      ),
    }),
    response: AdvisoryStatus,
  }),
  route({
    id: 'advisory.export',
    method: 'GET',
    path: '/advisories/pack',
    tag: 'advisories',
    permission: 'advisories:read',
    status: 200,
    summary: {
      en: 'The advisory pack in use (application/octet-stream)',
      ja: '使用中の脆弱性情報パックを取得する（application/octet-stream）',
    },
  }),
] as const;
