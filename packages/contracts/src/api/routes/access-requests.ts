// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { OpaqueId } from '../../ids.ts';
import { AccessRequest, AccessRequestWish } from '../../nouns/access-request.ts';
import { flag, inline, object, optional, text } from '../../schema.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

const params = inline('Path', { id: OpaqueId });
const said = optional(text('What is said about it', 2000));

/** Permissions in the cluster that are asked for, approved by somebody else, and end by themselves. */
export const accessRequestRoutes = [
  route({
    id: 'access.requests',
    method: 'GET',
    path: '/access/requests',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'List requests for access', ja: 'アクセス申請の一覧' },
    query: ListQuery,
    response: page(AccessRequest, 'Requests'),
  }),
  route({
    id: 'access.request',
    method: 'GET',
    path: '/access/requests/:id',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'One request, with what it would open now and its objects as YAML',
      ja: 'アクセス申請の詳細（現時点のリスクと YAML を含む）',
    },
    params,
    response: object('AccessRequestDetail', 'A request, judged by the roles there are now', {
      ...AccessRequest.properties,
      yaml: text('Its objects, to be applied by hand where the controller may not', 65_536),
    }),
  }),
  route({
    id: 'access.request.ask',
    method: 'POST',
    path: '/access/requests',
    tag: 'access',
    permission: 'access:request',
    status: 201,
    audit: 'access.request.ask',
    summary: { en: 'Ask for access for a time', ja: '期限つきのアクセスを申請する' },
    body: AccessRequestWish,
    response: AccessRequest,
  }),
  route({
    id: 'access.request.approve',
    method: 'POST',
    path: '/access/requests/:id/approval',
    tag: 'access',
    permission: 'access:approve',
    status: 200,
    audit: 'access.request.approve',
    summary: { en: 'Approve a request of somebody else', ja: '他者のアクセス申請を承認する' },
    params,
    body: inline('Approval', {
      decision: said,
      acceptRisk: optional(
        flag('The risk that is told is known; needed where its level is path, risky or unknown'),
      ),
    }),
    response: AccessRequest,
  }),
  route({
    id: 'access.request.refuse',
    method: 'POST',
    path: '/access/requests/:id/refusal',
    tag: 'access',
    permission: 'access:approve',
    status: 200,
    audit: 'access.request.refuse',
    summary: { en: 'Refuse a request', ja: 'アクセス申請を却下する' },
    params,
    body: inline('Refusal', { decision: text('Why', 2000, { minLength: 1 }) }),
    response: AccessRequest,
  }),
  route({
    id: 'access.request.end',
    method: 'POST',
    path: '/access/requests/:id/end',
    tag: 'access',
    permission: 'access:request',
    status: 200,
    audit: 'access.request.end',
    summary: {
      en: 'End access before its time, or withdraw a request',
      ja: '期限前にアクセスを終了する、または申請を取り下げる',
    },
    params,
    response: AccessRequest,
  }),
] as const;
