// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AuditBatchOutcome, AuditEventList, AuditLogStatus, AuditSource } from '../../nouns/audit-log.ts';
import { inline, integer, optional, text } from '../../schema.ts';
import { route } from '../route.ts';

/** The audit log of Kubernetes API servers: how it comes in, and who may send it. */
export const auditLogRoutes = [
  route({
    id: 'audit-log.submit',
    method: 'POST',
    path: '/audit-log/events',
    tag: 'audit-log',
    permission: 'audit-log:submit',
    status: 200,
    summary: {
      en: 'Take a batch of the audit webhook of an API server',
      ja: 'API サーバーの監査 Webhook のバッチを受け取る',
    },
    body: AuditEventList,
    response: AuditBatchOutcome,
  }),
  route({
    id: 'audit-log.status',
    method: 'GET',
    path: '/audit-log',
    tag: 'audit-log',
    permission: 'events:read',
    status: 200,
    summary: {
      en: 'How the audit log of the API servers comes in',
      ja: 'API サーバーの監査ログの受信状況',
    },
    response: AuditLogStatus,
  }),
  route({
    id: 'audit-log.source',
    method: 'POST',
    path: '/audit-log/sources',
    tag: 'audit-log',
    permission: 'keys:manage',
    status: 201,
    audit: 'audit-log.source',
    summary: {
      en: 'Make a key with which an API server sends its audit log',
      ja: 'API サーバーが監査ログを送信するための鍵を作成する',
    },
    body: inline('API server', {
      name: text('Name of the cluster or API server', 128, { minLength: 1 }),
      expiresInDays: integer('Lifetime of the key', 'days', { minimum: 1, maximum: 366 }),
      othersEndInHours: optional(
        integer('Hours after which earlier keys of this name end; 0: at once; absent: they go on', '1', {
          maximum: 720,
        }),
      ),
    }),
    response: AuditSource,
  }),
] as const;
