// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListQuery, ParamsOf, QueryOf, ResponseOf, RouteId } from '@bartizan/contracts';
import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { call } from './api-client.ts';
import { isTransient } from './api-error.ts';

/** One cache for the whole console; the live stream marks parts of it as old. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && isTransient(error),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
    },
  },
});

interface Ask<Id extends RouteId> {
  readonly params?: ParamsOf<Id>;
  readonly query?: QueryOf<Id>;
  readonly enabled?: boolean;
  readonly refetchMs?: number;
  /** Asks again when it is shown, however young the answer is that is kept. */
  readonly isAnew?: boolean;
}

/** Asks a route and keeps the answer; the key starts with the route id. */
export const useApi = <Id extends RouteId>(id: Id, ask: Ask<Id> = {}): UseQueryResult<ResponseOf<Id>> =>
  useQuery<ResponseOf<Id>>({
    queryKey: [id, ask.params ?? null, ask.query ?? null],
    queryFn: ({ signal }) =>
      call<Id>(id, {
        ...(ask.params === undefined ? {} : { params: ask.params }),
        ...(ask.query === undefined ? {} : { query: ask.query }),
        signal,
      }),
    enabled: ask.enabled ?? true,
    refetchInterval: ask.refetchMs ?? false,
    ...(ask.isAnew === true ? { staleTime: 0 } : {}),
  });

/** Asks a route before anything that shows its answer is drawn. */
export const askEarly = <Id extends RouteId>(id: Id): void => {
  void queryClient.prefetchQuery({
    queryKey: [id, null, null],
    queryFn: ({ signal }) => call<Id>(id, { signal }),
  });
};

/** Keeps an answer that came by another way, so that nobody who asks the route is shown an older one first. */
export const keepAnswer = <Id extends RouteId>(id: Id, answer: ResponseOf<Id>): void => {
  const queryKey = [id, null, null];
  void queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData(queryKey, answer);
};

/** Routes that answer pages. */
export type ListRoute = {
  [Id in RouteId]: ResponseOf<Id> extends { items: unknown[] }
    ? ListQuery extends QueryOf<Id>
      ? Id
      : never
    : never;
}[RouteId];
export type ItemOf<Id extends ListRoute> = ResponseOf<Id> extends { items: (infer T)[] } ? T : never;

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly total?: number;
  readonly isTotalLowerBound?: boolean;
  /** Kinds that were not read for it, of lists that say so. */
  readonly unreadable?: readonly string[];
  readonly asOfMs: number;
}
export interface ListAsk {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: ListQuery;
  readonly enabled?: boolean;
}

const askPage = async <Id extends ListRoute>(
  id: Id,
  ask: ListAsk,
  more: { cursor: string | undefined; signal: AbortSignal },
): Promise<Page<ItemOf<Id>>> => {
  const query = { limit: 100, ...ask.query, ...(more.cursor === undefined ? {} : { cursor: more.cursor }) };
  const input = { query, signal: more.signal, ...(ask.params === undefined ? {} : { params: ask.params }) };
  // Every list route answers a page of its own items: ListRoute says so, the compiler cannot follow it.
  return (await call(id, input as never)) as unknown as Page<ItemOf<Id>>;
};

const NONE: readonly string[] = [];

/** A list that loads page after page while it is scrolled. */
export const useList = <Id extends ListRoute>(id: Id, ask: ListAsk = {}) => {
  const result = useInfiniteQuery({
    queryKey: [id, ask.params ?? null, ask.query ?? null, 'pages'],
    queryFn: ({ pageParam, signal }) => askPage(id, ask, { cursor: pageParam, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    enabled: ask.enabled ?? true,
    placeholderData: keepPreviousData,
  });
  const pages = result.data?.pages ?? [];
  return {
    ...result,
    // After a failed page nothing asks for the next by itself: the reader does, see ListStates.
    hasNextPage: result.hasNextPage && !result.isFetchNextPageError,
    items: pages.flatMap((page) => page.items),
    total: pages[0]?.total,
    isTotalLowerBound: pages[0]?.isTotalLowerBound === true,
    unreadable: pages[0]?.unreadable ?? NONE,
    asOfMs: pages[0]?.asOfMs,
  };
};
export type ListResult<T> = Omit<ReturnType<typeof useList>, 'items'> & { readonly items: readonly T[] };
