// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TSchema } from 'typebox';
import type { Permission } from '../permissions.ts';
import type { RouteTag } from './tags.ts';

/** A route of the HTTP API, as data: server, OpenAPI, CLI, console and the permission tests all read it. */
export interface Route {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below /api/v1 with :parameters. */
  readonly path: string;
  readonly summary: { readonly en: string; readonly ja: string };
  readonly tag: RouteTag;
  /** `public` needs no login; `self` any login. */
  readonly permission: Permission | 'public';
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly response?: TSchema;
  readonly status: number;
  /** Answers text/event-stream. */
  readonly stream?: true;
  /** A list that also answers `Accept: text/csv` with everything the filter matches. */
  readonly list?: true;
  /** Takes application/octet-stream in place of a JSON body. */
  readonly upload?: true;
  /** Takes If-Match: what was changed since it was read is not overwritten. */
  readonly ifMatch?: true;
  /** Action id of the audit record that a call leaves. */
  readonly audit?: string;
}

/** Types a route and keeps its literal values. */
export const route = <const R extends Route>(spec: R): R => spec;
