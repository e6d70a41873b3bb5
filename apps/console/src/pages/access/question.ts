// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { QueryOf } from '@bartizan/contracts';

/** Questions that can be asked. */
export const TABS = ['who-can', 'what-can', 'paths', 'unused', 'reach'] as const;
export type Tab = (typeof TABS)[number];

/** Up to three words; what each is depends on the question. */
export interface Question {
  readonly first: string;
  readonly second: string;
  readonly third: string;
}

/** A question as the address has it; no part of it can hold a space. */
export function readQuestion(text = ''): Question {
  const [first = '', second = '', third = ''] = text.split(' ');
  return { first, second, third };
}

const word = (text: string): string => text.trim().replace(/\s+/g, '');

/** A question for the address; undefined: there is nothing to ask. */
export function writeQuestion(tab: Tab, { first, second, third }: Question): string | undefined {
  const words =
    tab === 'who-can'
      ? [word(first) || 'get', word(second), word(third)]
      : [word(first), word(second), word(third)];
  const used = tab === 'who-can' || tab === 'reach' ? words : words.slice(0, 1);
  const text = used.join(' ').trim();
  return text === '' ? undefined : text;
}

/** The question who may do something: RESOURCE[/SUBRESOURCE][.GROUP], or a path. */
export function whoCanOf({ first, second, third }: Question): QueryOf<'access.who-can'> | undefined {
  if (first === '' || second === '') return undefined;
  if (second.startsWith('/')) return { verb: first, path: second };
  const dot = second.indexOf('.');
  const [resource = '', subresource] = (dot === -1 ? second : second.slice(0, dot)).split('/');
  return {
    verb: first,
    resource,
    ...(dot === -1 ? {} : { group: second.slice(dot + 1) }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(third === '' ? {} : { namespace: third }),
  };
}

/** The question whether a pod reaches another: NAMESPACE/POD twice and a port. */
export function reachOf({ first, second, third }: Question): QueryOf<'access.reach'> | undefined {
  const [fromNamespace = '', fromPod = ''] = first.split('/');
  const [toNamespace = '', toPod = ''] = second.split('/');
  const port = Number(third);
  if (fromNamespace === '' || fromPod === '' || toNamespace === '' || toPod === '') return undefined;
  if (!Number.isInteger(port) || port < 1 || port > 65535) return undefined;
  return { fromNamespace, fromPod, toNamespace, toPod, port };
}
