// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RouteId } from '@bartizan/contracts';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { joinFilters, printTerm } from '../filter/tokens.ts';
import { DEFAULT_RANGE, parseRange } from '../format/time.ts';
import { useNow } from '../format/use-format.ts';

/** What of a view lives in the address bar. Every part is text and may be absent. */
export const VIEW_KEYS = [
  'scope',
  'range',
  'live',
  'filter',
  'sort',
  'by',
  'tab',
  'sel',
  'expand',
  'cmp',
  'change',
  'edition',
  'next',
] as const;
export type ViewKey = (typeof VIEW_KEYS)[number];
export type ViewSearch = { readonly [K in ViewKey]?: string };
/** A change of a view: a part that is undefined goes away. */
export type ViewChange = { readonly [K in ViewKey]?: string | undefined };
/** Parts that go along to every page until somebody changes them. */
export const RETAINED = ['scope', 'range', 'live'] as const satisfies readonly ViewKey[];

/** Keeps the parts we know, as text; anything else in the address is dropped. */
export const readSearch = (search: Record<string, unknown>): ViewSearch =>
  Object.fromEntries(
    VIEW_KEYS.flatMap((key) => {
      const value = search[key];
      return typeof value === 'string' && value !== '' ? [[key, value.slice(0, 4000)]] : [];
    }),
  );

/** Reads `?a=b` as plain text, without JSON in the address bar. */
export const parseSearch = (text: string): Record<string, unknown> =>
  Object.fromEntries(new URLSearchParams(text));
/** Writes plain `?a=b`. */
export const printSearch = (search: Record<string, unknown>): string => {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') params.set(key, value);
  }
  const text = params.toString().replace(/%3A/g, ':').replace(/%2C/g, ',');
  return text === '' ? '' : `?${text}`;
};

/** A view after a change. What goes away stays named: the router would bring the retained parts back otherwise. */
export const changedSearch = (before: Record<string, unknown>, change: ViewChange): ViewSearch => {
  const gone = VIEW_KEYS.filter((key) => key in change && change[key] === undefined);
  return {
    ...readSearch({ ...before, ...change }),
    ...Object.fromEntries(gone.map((key) => [key, undefined])),
  };
};

const PLACE = ['cluster', 'namespace'] as const;
/** What a scope narrows each list by. A node runs workloads of every namespace: it is of a cluster only. */
export const SCOPED_BY = {
  'map.show': PLACE,
  'workload.list': PLACE,
  'node.list': ['cluster'],
  'event.list': PLACE,
  'event.histogram': PLACE,
  'finding.list': PLACE,
  'finding.groups': PLACE,
  'admission.decisions': PLACE,
} as const satisfies Partial<Record<RouteId, readonly (typeof PLACE)[number][]>>;
export type ScopedRoute = keyof typeof SCOPED_BY;

/** The filter of a list that a scope (`cluster` or `cluster/namespace`) stands for. */
export const scopeFilter = (route: ScopedRoute, scope = ''): string => {
  const [cluster = '', ...namespace] = scope.split('/');
  const chosen = { cluster, namespace: namespace.join('/') };
  return joinFilters(
    ...SCOPED_BY[route].map((field) =>
      chosen[field] === ''
        ? undefined
        : printTerm({ field, operator: 'in', values: [chosen[field]], negated: false }),
    ),
  );
};

/** Whether the reader narrowed the page: a list that is empty then says nothing of the rest. */
export const isNarrowed = ({ filter, scope }: ViewSearch): boolean =>
  filter !== undefined || scope !== undefined;

/** The view as the address bar has it, and a way to change parts of it. */
export const useView = () => {
  const search: ViewSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (change: ViewChange, replace = false): void => {
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => changedSearch(before, change),
      replace,
    });
  };
  return { search, set };
};

/** The time range in instants; a range that moves with the clock moves in steps of ten seconds. */
export const useRange = () => {
  const { search } = useView();
  const now = useNow();
  const text = search.range ?? DEFAULT_RANGE;
  return { text, ...parseRange(text, now) };
};

/** Filter of the page joined with the scope, for the list it shows. */
export const useScopedFilter = (route: ScopedRoute): string => {
  const { search } = useView();
  return joinFilters(scopeFilter(route, search.scope), search.filter);
};
