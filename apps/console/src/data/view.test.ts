// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_FIELDS } from '@bartizan/contracts';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  retainSearchParams,
} from '@tanstack/react-router';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../filter/tokens.ts';
import { forExcel } from './download.ts';
import { asSecurityEvent } from './live.ts';
import {
  changedSearch,
  isNarrowed,
  parseSearch,
  printSearch,
  RETAINED,
  readSearch,
  SCOPED_BY,
  type ScopedRoute,
  scopeFilter,
  type ViewChange,
  type ViewSearch,
} from './view.ts';

describe('the address bar', () => {
  it('reads back what it writes', () => {
    const search = { range: '24h', filter: 'severity:high,critical -name:"a b"', scope: 'local/shop' };
    expect(readSearch(parseSearch(printSearch(search)))).toEqual(search);
    expect(printSearch(search)).toContain('filter=severity:high,critical');
  });
  it('drops what it does not know, what is empty and what is no text', () => {
    expect(readSearch({ evil: 'x', filter: '', range: 7, sort: 'name' })).toEqual({ sort: 'name' });
    expect(printSearch({})).toBe('');
  });
});

describe('a change of the view', () => {
  const addressAfter = (start: string, change: ViewChange): string => {
    const root = createRootRoute({
      validateSearch: (search: Record<string, unknown>): ViewSearch => readSearch(search),
      search: { middlewares: [retainSearchParams([...RETAINED])] },
    });
    const page = createRoute({ getParentRoute: () => root, path: '/events' });
    const router = createRouter({
      routeTree: root.addChildren([page]),
      history: createMemoryHistory({ initialEntries: [start] }),
      parseSearch,
      stringifySearch: printSearch,
    });
    const search = (before: Record<string, unknown>) => changedSearch(before, change);
    return router.buildLocation({ to: '.', search } as never).href;
  };
  it('takes parts away that the router would keep by itself', () => {
    const start = '/events?scope=local/shop&range=1764039600000-1764043200000&live=off&filter=x';
    expect(addressAfter(start, { scope: undefined, filter: undefined })).toBe(
      '/events?range=1764039600000-1764043200000&live=off',
    );
    expect(addressAfter(start, { live: undefined, range: undefined })).toBe(
      '/events?scope=local%2Fshop&filter=x',
    );
  });
  it('leaves the rest as it is', () => {
    expect(addressAfter('/events?scope=local&live=off', { sort: 'name' })).toBe(
      '/events?scope=local&live=off&sort=name',
    );
  });
});

describe('the scope', () => {
  it('stands for a filter', () => {
    expect(scopeFilter('event.list', undefined)).toBe('');
    expect(scopeFilter('event.list', 'local')).toBe('cluster:local');
    expect(scopeFilter('event.list', 'local/shop')).toBe('cluster:local namespace:shop');
    expect(scopeFilter('event.list', 'local/my shop')).toBe('cluster:local namespace:"my shop"');
  });
  it('leaves out of a list what its records are not of', () => {
    expect(scopeFilter('node.list', 'local/shop')).toBe('cluster:local');
  });
  it.each(Object.keys(SCOPED_BY) as ScopedRoute[])('names only what the list of %s takes', (route) => {
    const named = parseFilter(scopeFilter(route, 'local/shop')).map(({ field }) => field);
    expect(named).toContain('cluster');
    expect(LIST_FIELDS[route]).toEqual(expect.arrayContaining(named));
  });
  it('narrows a page as a filter does: nothing found is not nothing there', () => {
    expect(isNarrowed({})).toBe(false);
    expect(isNarrowed({ range: '24h', by: 'list' })).toBe(false);
    expect(isNarrowed({ scope: 'local' })).toBe(true);
    expect(isNarrowed({ filter: 'severity:high' })).toBe(true);
  });
});

describe('CSV for Excel', () => {
  it('starts with a byte-order mark and ends lines as Windows does', () => {
    expect(forExcel('a,b\n1,"x\ny"\r\n')).toBe('\u{feff}a,b\r\n1,"x\r\ny"\r\n');
  });
});

describe('messages of the live stream', () => {
  it('are events only when they look like one', () => {
    expect(asSecurityEvent({ id: 'x', kind: 'security', decision: {} })).toBeDefined();
    for (const data of [undefined, null, 'x', { id: 'x' }, { id: 7, kind: 'security', decision: {} }]) {
      expect(asSecurityEvent(data)).toBeUndefined();
    }
  });
});
