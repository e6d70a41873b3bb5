// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static, TSchema } from 'typebox';
import type { ROUTES, RouteId } from './routes.ts';

type RouteOf<Id extends RouteId> = Extract<(typeof ROUTES)[number], { readonly id: Id }>;
type Part<Id extends RouteId, Key extends string> =
  RouteOf<Id> extends { readonly [K in Key]: infer S }
    ? S extends TSchema
      ? Static<S>
      : undefined
    : undefined;

/** What a route answers, as a static type; undefined where it answers no JSON. */
export type ResponseOf<Id extends RouteId> = Part<Id, 'response'>;
/** The body a route takes; undefined where it takes none (or raw bytes). */
export type BodyOf<Id extends RouteId> = Part<Id, 'body'>;
/** The path parameters of a route. */
export type ParamsOf<Id extends RouteId> = Part<Id, 'params'>;
/** The query of a route. */
export type QueryOf<Id extends RouteId> = Part<Id, 'query'>;
