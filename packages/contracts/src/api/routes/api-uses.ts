// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ApiVersionUse } from '../../nouns/cluster-posture.ts';
import { flag, inline, integer, list, optional, text } from '../../schema.ts';
import { ListQuery } from '../problem.ts';
import { route } from '../route.ts';

/** Who uses versions of the Kubernetes API that go. */
export const apiUseRoutes = [
  route({
    id: 'access.api-uses',
    method: 'GET',
    path: '/access/api-uses',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: {
      en: 'Deprecated versions of the Kubernetes API in use: who, where and until which release',
      ja: '使用中の非推奨 Kubernetes API バージョンの一覧（使用者・場所・廃止されるリリース）',
    },
    query: ListQuery,
    response: inline('A page of uses, and what is not known of them', {
      items: list(ApiVersionUse, 'Uses', 1000),
      next: optional(text('Cursor of the next page', 1024)),
      total: optional(integer('Matches in all', '1')),
      asOfMs: integer('When this was true', 'ms since Unix epoch'),
      unread: list(
        text('Kind', 253),
        'Kinds whose objects are not all known: who writes these is unknown',
        64,
      ),
      isAuditLogHeard: flag('The audit log was heard within a day; otherwise who only asks is unknown'),
    }),
  }),
] as const;
