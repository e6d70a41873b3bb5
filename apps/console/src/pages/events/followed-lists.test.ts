// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const source = new URL('../..', import.meta.url).pathname;
/** Shows what surrounds one event of the past; what comes now is no part of that. */
const OF_THE_PAST = ['pages/events/incident-members.tsx'];

it('every list of events follows the live stream or offers what came: nothing else asks for it again', () => {
  const lists = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tsx'))
    .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))
    .filter(({ name, text }) => text.includes("useList('event.list'") && !OF_THE_PAST.includes(name));
  expect(lists.length).toBeGreaterThan(2);
  const deaf = lists.filter(({ text }) => !text.includes('<NewPill of=') && !text.includes('useLive('));
  expect(deaf.map(({ name }) => name)).toEqual([]);
});
