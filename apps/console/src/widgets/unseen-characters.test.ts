// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { cutMiddle } from '../format/numbers.ts';
import { formatsOf } from '../format/use-format.ts';
import { ChainTree } from './process-tree.tsx';
import { WorkloadLink } from './workload-link.tsx';

const HOSTILE = '\u202egnp.exe';
const PROCESS = {
  ...{
    pid: 1,
    startBootUs: 1,
    name: HOSTILE,
    executable: `/tmp/${HOSTILE}`,
    arguments: ['sh', '-c', HOSTILE],
  },
  ...{ uid: 0, euid: 0, argumentsRedacted: false },
};

const drawn: Readonly<Record<string, () => ReactElement>> = {
  'an object of a cluster': () =>
    createElement(WorkloadLink, {
      subject: { workload: 'o-1', kind: 'KubernetesObject', namespace: '', name: HOSTILE },
    }),
  'a command line': () =>
    createElement(ChainTree, {
      chain: { process: PROCESS, ancestors: [PROCESS], complete: true },
      image: HOSTILE,
    }),
};

it.each(Object.keys(drawn))('%s shows direction marks as what they are', (name) => {
  const markup = renderToStaticMarkup(drawn[name]?.());
  expect(markup).not.toContain('\u202e');
  expect(markup).toContain('\\x202egnp.exe');
});

it('shows direction marks in sentences of records, and in names that are cut', () => {
  expect(cutMiddle(HOSTILE, 44)).toBe('\\x202egnp.exe');
  expect(formatsOf('ja').text({ en: 'x', ja: `${HOSTILE} が書き込みました` })).toBe(
    '\\x202egnp.exe が書き込みました',
  );
});
