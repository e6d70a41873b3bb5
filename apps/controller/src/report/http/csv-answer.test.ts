// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ok } from '@bartizan/contracts';
import type { FastifyReply } from 'fastify';
import { expect, it } from 'vitest';
import { ANONYMOUS, scopeOf } from '../access/caller.ts';
import { routeById } from '../api/route-handler.ts';
import { csvAnswer } from './csv-answer.ts';

/** The lines of an export of groups whose pages say `isTotalLowerBound`. */
async function linesOf(isTotalLowerBound: boolean | undefined, groups: readonly string[]): Promise<string[]> {
  let sent: Readable | undefined;
  const reply = {
    code: () => reply,
    type: () => reply,
    header: () => reply,
    send: (given: Readable) => {
      sent = given;
    },
  };
  const items = groups.map((groupKey) => ({ groupKey }));
  const whole = isTotalLowerBound === undefined ? {} : { isTotalLowerBound };
  await csvAnswer({
    basis: { databaseDate: '2026-12-01' },
    route: routeById('finding.groups'),
    bound: { id: 'finding.groups', run: () => Promise.resolve(ok({ body: { items, ...whole } })) },
    raw: {
      ...{ caller: ANONYMOUS, scope: scopeOf(ANONYMOUS), origin: { address: '', traceId: '' } },
      ...{ params: {}, query: {}, body: undefined },
    },
    // Only what an answer is built with.
    reply: reply as unknown as FastifyReply,
    fail: () => Promise.reject(new Error('no failure is expected')),
  });
  return sent === undefined ? [] : (await text(sent)).trimEnd().split('\r\n');
}

it('says in every line of an export that the list is a part of more, and nothing of a whole one', async () => {
  const cut = await linesOf(true, ['a', 'b']);
  expect(cut.map((line) => line.split(',').at(-1))).toEqual(['export.complete', 'false', 'false']);
  expect(await linesOf(true, [])).toEqual([expect.stringMatching(/,export\.complete$/)]);
  for (const whole of [false, undefined])
    expect((await linesOf(whole, ['a'])).join()).not.toContain('export.complete');
});
