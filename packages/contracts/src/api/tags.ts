// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '../words.ts';

/** What routes are about: a route names one of them, and reference pages have it as a heading. */
export const ROUTE_TAGS = {
  session: { en: 'Session', ja: 'セッション' },
  users: { en: 'Users', ja: '利用者' },
  keys: { en: 'API keys', ja: 'API キー' },
  audit: { en: 'Audit', ja: '監査' },
  nodes: { en: 'Nodes', ja: 'ノード' },
  inventory: { en: 'Inventory', ja: '構成要素' },
  findings: { en: 'Findings', ja: '検出事項' },
  registries: { en: 'Registries', ja: 'レジストリ' },
  events: { en: 'Events', ja: 'イベント' },
  scorecard: { en: 'Scorecard', ja: 'スコアカード' },
  policies: { en: 'Policies', ja: 'ポリシー' },
  system: { en: 'System', ja: 'システム' },
  advisories: { en: 'Advisories', ja: '脆弱性情報' },
  admission: { en: 'Admission', ja: 'アドミッション' },
  access: { en: 'Access', ja: 'アクセス権' },
  'audit-log': { en: 'Audit log of the cluster', ja: 'クラスターの監査ログ' },
  compliance: { en: 'Compliance', ja: 'コンプライアンス' },
} as const satisfies Readonly<Record<string, LocalText>>;
export type RouteTag = keyof typeof ROUTE_TAGS;

/** The tags in the order of their routes, as an OpenAPI document lists them. */
export const openapiTags = (routes: readonly { readonly tag: RouteTag }[]) =>
  [...new Set(routes.map(({ tag }) => tag))].map((name) => ({
    name,
    'x-title': ROUTE_TAGS[name].en,
    'x-title-ja': ROUTE_TAGS[name].ja,
  }));
