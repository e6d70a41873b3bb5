// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { auditRules, LogJudge } from './judge.ts';
import { linesOf } from './lines.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../../..');
const event = (changes: object = {}) => ({
  kind: 'Event',
  auditID: 'a',
  stage: 'ResponseComplete',
  verb: 'create',
  user: { username: 'mallory', groups: ['system:authenticated'] },
  sourceIPs: ['10.0.0.1'],
  objectRef: { resource: 'clusterrolebindings', name: 'mine', apiGroup: 'rbac.authorization.k8s.io' },
  responseStatus: { code: 201 },
  requestReceivedTimestamp: '2026-11-28T18:00:00Z',
  requestObject: {
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: 'mallory' }],
  },
  ...changes,
});
const judging = (): LogJudge => {
  const rules = auditRules(CHECKOUT);
  if (!rules.ok) throw new Error(rules.error.detail);
  expect(rules.value.rules.length).toBeGreaterThanOrEqual(30);
  return new LogJudge(rules.value);
};

describe('an audit log', () => {
  it('is judged line by line: an attack is seen, its twin is not, repeats are one', () => {
    const judge = judging();
    judge.take(JSON.stringify(event()));
    judge.take(JSON.stringify(event({ requestReceivedTimestamp: '2026-11-28T18:01:00Z' })));
    judge.take(JSON.stringify(event({ requestObject: { roleRef: { kind: 'ClusterRole', name: 'view' } } })));
    expect(judge.outcome()).toMatchObject({
      lines: 3,
      judged: 3,
      unread: 0,
      events: [
        {
          rule: 'audit.cluster-admin-bound',
          severity: 'critical',
          user: 'mallory',
          count: 2,
          message: { en: 'mallory bound cluster-admin by mine' },
        },
      ],
    });
  });

  it('goes on after lines that are none, and counts them', () => {
    const judge = judging();
    for (const line of ['', 'not json', '{"kind":"Policy"}', '[]', undefined]) judge.take(line);
    judge.take(JSON.stringify(event()));
    expect(judge.outcome()).toMatchObject({ lines: 5, unread: 4, judged: 1, events: [{ count: 1 }] });
  });

  it('keeps a bound on what it lists, and says what it left out', () => {
    const judge = judging();
    for (let at = 0; at < 10_010; at++)
      judge.take(JSON.stringify(event({ objectRef: { resource: 'clusterrolebindings', name: `b-${at}` } })));
    const { events, dropped } = judge.outcome();
    expect([events.length, dropped]).toEqual([10_000, 10]);
  });
});

describe('lines', () => {
  const of = async (chunks: readonly string[], max?: number) => {
    const found: (string | undefined)[] = [];
    for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), max))
      found.push(line);
    return found;
  };

  it('are put together over chunks, in the middle of a character too', async () => {
    const bytes = Buffer.from('あ\nb');
    const found: (string | undefined)[] = [];
    for await (const line of linesOf(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)])))
      found.push(line);
    expect(found).toEqual(['あ', 'b']);
    expect(await of(['a\nb', 'c\n', '\n'])).toEqual(['a', 'bc', '']);
    expect(await of([])).toEqual([]);
  });

  it('that are too long are told and skipped, and the next is read', async () => {
    expect(await of(['aaaa', 'aaaa', 'a\nb\n', 'cccccc'], 5)).toEqual([undefined, 'b', undefined]);
  });
});
