// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { AdmissionAsk } from '../../ports.ts';
import { RecordedRequests } from './recorded-requests.ts';

const clock = { now: 1_000_000, nowMs: () => clock.now };
const ask = (name: string, more: Partial<AdmissionAsk> = {}): AdmissionAsk => ({
  uid: 'u',
  operation: 'CREATE',
  group: '',
  version: 'v1',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'shop',
  name,
  user: { name: 'kim', groups: ['developers'] },
  dryRun: false,
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  ...more,
});
const names = (recorded: RecordedRequests) => recorded.requests().map(({ name }) => name);

describe('recorded requests', () => {
  it('are kept as they were asked, with who asked', () => {
    const recorded = new RecordedRequests({ clock });
    recorded.note(ask('web', { operation: 'UPDATE', oldObject: { kind: 'Pod' } }));
    expect(recorded.requests()).toEqual([
      {
        operation: 'UPDATE',
        group: '',
        resource: 'pods',
        subResource: '',
        kind: 'Pod',
        namespace: 'shop',
        name: 'web',
        user: { name: 'kim', groups: ['developers'] },
        dryRun: false,
        object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } },
        oldObject: { kind: 'Pod', metadata: {} },
      },
    ]);
  });

  it('are kept with what made the object, which may be gone when a draft is tried', () => {
    const recorded = new RecordedRequests({
      clock,
      ownerOf: ({ name }) => (name === 'web-1' ? 'web' : undefined),
    });
    recorded.note(ask('web-1'));
    recorded.note(ask('other'));
    expect(recorded.requests().map(({ owner }) => owner)).toEqual(['web', undefined]);
  });

  it('never hold the data of a Secret, wherever a client copied it', () => {
    const recorded = new RecordedRequests({ clock });
    const secret = (value: string) => ({
      kind: 'Secret',
      metadata: {
        name: 's',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': value, team: 'shop' },
        managedFields: [value],
      },
      data: { token: value },
      stringData: { plain: value },
    });
    const canary = 'canary-7f3a';
    const more = { resource: 'secrets', kind: 'Secret', object: secret(canary), oldObject: secret(canary) };
    recorded.note(ask('s', more));
    expect(JSON.stringify(recorded.requests())).not.toContain(canary);
    expect(recorded.requests()[0]?.object).toMatchObject({
      metadata: { annotations: { team: 'shop' } },
      data: { token: '' },
      stringData: { plain: '' },
    });
    recorded.note(ask('c', { resource: 'configmaps', object: { data: { color: 'blue' } } }));
    expect(recorded.requests()[1]?.object).toMatchObject({ data: { color: 'blue' } });
  });

  it('are bounded in count, size, age and rate, and what is left out is counted', () => {
    const few = new RecordedRequests({ clock, limits: { count: 2 } });
    for (const name of ['a', 'b', 'c']) few.note(ask(name));
    expect(names(few)).toEqual(['b', 'c']);
    const size = JSON.stringify(few.requests()[0]).length;
    const small = new RecordedRequests({ clock, limits: { chars: size * 2 + 10, requestChars: size + 5 } });
    for (const name of ['a', 'b', 'c']) small.note(ask(name));
    expect(names(small)).toEqual(['b', 'c']);
    small.note(ask('a-name-that-is-too-long-to-be-kept'));
    expect([names(small), small.leftOutTotal]).toEqual([['b', 'c'], 1]);
    const young = new RecordedRequests({ clock, limits: { ageMs: 1_000 } });
    young.note(ask('old'));
    clock.now += 900;
    young.note(ask('new'));
    clock.now += 200;
    expect(names(young)).toEqual(['new']);
    const slow = new RecordedRequests({ clock, limits: { perSecond: 2 } });
    for (const name of ['a', 'b', 'c']) slow.note(ask(name));
    clock.now += 1_000;
    slow.note(ask('d'));
    expect([names(slow), slow.leftOutTotal]).toEqual([['a', 'b', 'd'], 1]);
  });
});
