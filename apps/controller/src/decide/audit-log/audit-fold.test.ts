// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join, resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import { describe, expect, it } from 'vitest';
import { type AuditDetection, AuditFold } from './audit-fold.ts';

const content = loadContent(join(resolve(import.meta.dirname, '../../../../..'), 'content'));
if (!content.ok) throw new Error(content.error.detail);
const rule = content.value.rules.find(({ triggers }) => triggers.includes('audit'));
if (rule === undefined) throw new Error('no rule');

const detection = (tenant: string, name: string): AuditDetection => ({
  owner: { cluster: 'local', tenant },
  rule,
  request: {
    ...{ id: name, atMs: 0, writtenAtMs: 0, authorized: true },
    ...{ addresses: [], resource: 'secrets', namespace: '', name, facts: {} },
  },
});

describe('repeats of detections', () => {
  it('are folded for a tenant whatever others send, and for all within bounds', () => {
    const fold = new AuditFold();
    const toldOf = (tenant: string, name: string): number => fold.take(detection(tenant, name), 0).length;
    const flood = (tenant: string): void => {
      for (let at = 0; at < 20_000; at += 1) toldOf(tenant, `o${at}`);
    };
    flood('flood');
    expect([toldOf('flood', 'more'), toldOf('flood', 'more')]).toEqual([1, 1]);
    expect([toldOf('quiet', 'own'), toldOf('quiet', 'own')]).toEqual([1, 0]);
    flood('second');
    expect([toldOf('third', 'own'), toldOf('third', 'own')]).toEqual([1, 1]);
    expect(toldOf('quiet', 'own')).toBe(0);
    expect(fold.expire(Number.POSITIVE_INFINITY)).toMatchObject([{ owner: { tenant: 'quiet' }, count: 2 }]);
    expect([toldOf('third', 'own'), toldOf('third', 'own')]).toEqual([1, 0]);
  });
});
