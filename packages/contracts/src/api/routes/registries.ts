// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { OpaqueId } from '../../ids.ts';
import { Registry, RegistrySettings, RegistryTrial } from '../../nouns/registry.ts';
import { flag, inline, optional } from '../../schema.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

const idParams = inline('Path', { id: OpaqueId });

/** Registries whose images are scanned. */
export const registryRoutes = [
  route({
    id: 'registry.list',
    method: 'GET',
    path: '/registries',
    tag: 'registries',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'List registries', ja: 'レジストリの一覧' },
    query: ListQuery,
    response: page(Registry, 'Registries'),
  }),
  route({
    id: 'registry.show',
    method: 'GET',
    path: '/registries/:id',
    tag: 'registries',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'One registry', ja: 'レジストリの詳細' },
    params: idParams,
    response: Registry,
  }),
  route({
    id: 'registry.create',
    method: 'POST',
    path: '/registries',
    tag: 'registries',
    permission: 'registries:manage',
    status: 201,
    audit: 'registry.create',
    summary: { en: 'Add a registry', ja: 'レジストリを追加する' },
    body: RegistrySettings,
    response: Registry,
  }),
  route({
    id: 'registry.update',
    method: 'PUT',
    path: '/registries/:id',
    tag: 'registries',
    permission: 'registries:manage',
    status: 200,
    ifMatch: true,
    audit: 'registry.update',
    summary: { en: 'Change a registry', ja: 'レジストリを変更する' },
    params: idParams,
    body: RegistrySettings,
    response: Registry,
  }),
  route({
    id: 'registry.remove',
    method: 'DELETE',
    path: '/registries/:id',
    tag: 'registries',
    permission: 'registries:manage',
    status: 200,
    audit: 'registry.remove',
    summary: {
      en: 'Remove a registry; its images stay known',
      ja: 'レジストリを削除する（イメージの情報は残る）',
    },
    params: idParams,
    response: inline('Removed', { removed: flag('It was there') }),
  }),
  route({
    id: 'registry.try',
    method: 'POST',
    path: '/registry-trials',
    tag: 'registries',
    permission: 'registries:manage',
    status: 200,
    audit: 'registry.try',
    summary: { en: 'Try a registry before it is kept', ja: '保存前にレジストリへの接続を試す' },
    body: inline('What to try', { settings: RegistrySettings, id: optional(OpaqueId) }),
    response: RegistryTrial,
  }),
  route({
    id: 'registry.scan',
    method: 'POST',
    path: '/registries/:id/runs',
    tag: 'registries',
    permission: 'registries:manage',
    status: 202,
    audit: 'registry.scan',
    summary: { en: 'List and scan a registry now', ja: 'レジストリを今すぐスキャンする' },
    params: idParams,
    response: Registry,
  }),
  route({
    id: 'registry.cancel',
    method: 'DELETE',
    path: '/registries/:id/runs',
    tag: 'registries',
    permission: 'registries:manage',
    status: 200,
    audit: 'registry.cancel',
    summary: { en: 'Cancel the run over a registry', ja: 'レジストリのスキャンを中止する' },
    params: idParams,
    response: Registry,
  }),
] as const;
