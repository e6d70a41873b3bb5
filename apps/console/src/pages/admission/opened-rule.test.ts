// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRuleRow } from '@bartizan/contracts';
import { QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, it } from 'vitest';
import { queryClient } from '../../data/queries.ts';
import { openedNext, useOpenedRule } from './opened-rule.ts';

const ID = 'custom.a';
const KEY = ['admission.rule', { id: ID }, null];
const version = (revision: string) => ({ revision, origin: 'user' }) as unknown as AdmissionRuleRow;
const idle = (row: AdmissionRuleRow) => ({ data: row, status: 'success', fetchStatus: 'idle' }) as const;
const asking = (row: AdmissionRuleRow) => ({ ...idle(row), fetchStatus: 'fetching' }) as const;
const OLD = version('1');
const NEW = version('2');

/** What is shown first: the version that is written on, or that none is there yet. */
const Shown = () => {
  const { asked, row } = useOpenedRule(ID);
  return createElement(
    'p',
    null,
    `${asked.data?.revision ?? 'nothing'} kept, ${row?.revision ?? 'none'} open`,
  );
};

afterEach(() => queryClient.clear());

it('an editor does not open with an answer that was kept from before, however young', () => {
  queryClient.setQueryData(KEY, OLD);
  const shown = renderToStaticMarkup(
    createElement(QueryClientProvider, { client: queryClient }, createElement(Shown)),
  );
  expect(shown).toBe('<p>1 kept, none open</p>');
});

it('an editor opens with what is answered, and goes on with it whatever is answered later', () => {
  const waits = openedNext(undefined, ID, asking(OLD));
  expect(waits).toBeUndefined();
  const opened = openedNext(waits, ID, idle(OLD));
  expect(opened).toEqual({ id: ID, row: OLD });
  expect(openedNext(opened, ID, asking(OLD))).toBe(opened);
  expect(openedNext(opened, ID, idle(NEW))).toBe(opened);
  expect(openedNext(opened, ID, { ...idle(NEW), status: 'error' })).toBe(opened);
});

it('an editor does not open with an old answer where asking again failed or waits for the network', () => {
  expect(openedNext(undefined, ID, { ...idle(OLD), status: 'error' })).toBeUndefined();
  expect(openedNext(undefined, ID, { ...idle(OLD), fetchStatus: 'paused' })).toBeUndefined();
});

it('an editor of another rule opens with that one', () => {
  const opened = { id: ID, row: OLD };
  expect(openedNext(opened, 'custom.b', asking(NEW))).toBeUndefined();
  expect(openedNext(opened, 'custom.b', idle(NEW))).toEqual({ id: 'custom.b', row: NEW });
});
