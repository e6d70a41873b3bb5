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
  nodes: [],
  counters: { batchesTotal: 0, recordsTotal: 0, rejectedTotal: 0, lostTotal: 0, refusedSessionsTotal: 0 },
};
const FULL: Facts['store'] = { ...FACTS.store, state: 'read-only', code: 'E_STORE_FULL', reason: 'no room' };
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

  it('is only the agent where only its buffer is full', () => {
    const codes = conditionsOf({ ...FACTS, nodes: [aNode({ conditions: [bufferFull] })] }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(['E_BUFFER_FULL']);
  });

  it('says nothing of nodes where there are none', () => {
    expect(conditionsOf({ ...FACTS, store: FULL }).map(({ code }) => code)).toEqual(['E_STORE_FULL']);
  });
});
