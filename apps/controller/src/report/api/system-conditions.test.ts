// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS } from '@bartizan/contracts';
import { aNode } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { conditionsOf } from './system-conditions.ts';

type Facts = Parameters<typeof conditionsOf>[0];
const FACTS: Facts = {
  store: { state: 'ok', sizeBytes: 1, schemaVersion: 1 },
  advisories: { present: true, sample: false, rows: 1, ecosystems: [], noData: [], ageDays: 1 },
  activity: undefined,
  cluster: { state: 'off' as const, kinds: [] },
  auditLog: [],
  nodes: [],
  counters: {
    batchesTotal: 0,
    recordsTotal: 0,
    rejectedTotal: 0,
    lostTotal: 0,
    duplicatesTotal: 0,
    refusedSessionsTotal: 0,
  },
};
const FULL: Facts['store'] = {
  ...FACTS.store,
  state: 'read-only',
  code: 'E_STORE_FULL',
  reason: { en: 'no room', ja: '空きなし' },
};
const bufferFull = {
  code: 'E_BUFFER_FULL',
  severity: 'warning' as const,
  message: ERRORS.E_BUFFER_FULL.title,
  remedy: ERRORS.E_BUFFER_FULL.remedy,
};

describe('what status says of a full disk', () => {
  it('is the store, what nodes said before, and that it is from before', () => {
    const codes = conditionsOf({ ...FACTS, store: FULL, nodes: [aNode({ conditions: [bufferFull] })] }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(['E_STORE_FULL', 'nodes.as-of-before', 'E_BUFFER_FULL']);
  });

  it('is what nodes say now where they could say it, and that nothing keeps it', () => {
    const now = aNode({ conditions: [bufferFull], notStored: true });
    const codes = (nodes: Facts['nodes']) =>
      conditionsOf({ ...FACTS, store: FULL, nodes }).map(({ code }) => code);
    expect(codes([now])).toEqual(['E_STORE_FULL', 'nodes.not-stored', 'E_BUFFER_FULL']);
    expect(codes([now, aNode({ id: 'n-2' })])).toEqual([
      'E_STORE_FULL',
      'nodes.as-of-before',
      'nodes.not-stored',
      'E_BUFFER_FULL',
    ]);
  });

  it('is only the agent where only its buffer is full', () => {
    const codes = conditionsOf({ ...FACTS, nodes: [aNode({ conditions: [bufferFull] })] }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(['E_BUFFER_FULL']);
  });

  it('is told in the language of the reader', () => {
    const [full] = conditionsOf({ ...FACTS, store: FULL });
    expect([full?.message.en, full?.message.ja]).toEqual([
      `${ERRORS.E_STORE_FULL.title.en}: no room`,
      `${ERRORS.E_STORE_FULL.title.ja}：空きなし`,
    ]);
  });

  it('says nothing of nodes where there are none', () => {
    expect(conditionsOf({ ...FACTS, store: FULL }).map(({ code }) => code)).toEqual(['E_STORE_FULL']);
  });
});

describe('what status says of the cluster', () => {
  const kind = { kind: 'Secret', group: '', objects: 0 };
  const codesOf = (cluster: Facts['cluster']) =>
    conditionsOf({ ...FACTS, cluster }).map(
      ({ code, severity, message }) => `${severity} ${code} ${message.en}`,
    );

  it('names kinds that may not be read, and is silent where there is no cluster', () => {
    expect(codesOf({ state: 'off', kinds: [] })).toEqual([]);
    expect(
      codesOf({
        state: 'partial',
        kinds: [{ ...kind, condition: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED' }],
      }),
    ).toEqual(['warning E_KUBE_NOT_PERMITTED The API server does not permit it: Secret']);
  });

  it('says why the cluster is not watched, and which webhook is not registered', () => {
    expect(codesOf({ state: 'failed', code: 'E_KUBE_CONFIG', detail: 'no server', kinds: [] })).toEqual([
      'error E_KUBE_CONFIG The access to Kubernetes cannot be used: no server',
    ]);
    const webhook = { name: 'validate', failsClosed: true, restoredTotal: 0 };
    const admission = {
      state: 'on' as const,
      webhooks: [{ ...webhook, state: 'not-permitted' as const, code: 'E_KUBE_NOT_PERMITTED' }],
    };
    expect(codesOf({ state: 'synced', kinds: [], admission })).toEqual([
      'error E_KUBE_NOT_PERMITTED The API server does not permit it: validate',
    ]);
  });

  it('names what rules name and nobody asks about, and custom kinds of which nobody knows what exists', () => {
    const resources = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6'];
    const admission = { state: 'on' as const, webhooks: [], notAsked: { total: 9, resources } };
    const customKinds = { followed: 2, notPermitted: ['shapes.example/rolls'], noRoom: 3 };
    expect(codesOf({ state: 'synced', kinds: [], admission, customKinds })).toEqual([
      'warning admission.not-asked Rules name 9 resources too many: API servers are not told to ask about them: a/1, a/2, a/3, a/4, a/5, …',
      'warning admission.custom-kinds-no-room Custom kinds of which not everything that exists is judged, since there is too much: 3',
      'info admission.custom-kinds-unread What exists of custom kinds is unknown, since it may not be read: shapes.example/rolls',
    ]);
    const none = { followed: 2, notPermitted: [], noRoom: 0 };
    expect(codesOf({ state: 'synced', kinds: [], customKinds: none })).toEqual([]);
  });
});
