// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JSON_DEPTH_MAX, jsonDepth, parseJsonBody } from './json-body.ts';

/** Depth of a value, the plain way. */
const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((child) => depthOf(child)))
    : 0;

describe('a request body', () => {
  it('is measured before it is built, and the measure is right', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(jsonDepth(Buffer.from(JSON.stringify(value)), 100)).toBe(depthOf(value));
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });

  it('may nest as deep as the limit and not deeper', () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    expect(parseJsonBody(nested(JSON_DEPTH_MAX)).ok).toBe(true);
    expect(parseJsonBody(nested(JSON_DEPTH_MAX + 1)).ok).toBe(false);
  });

  it('does not count brackets inside text', () => {
    expect(jsonDepth(Buffer.from('{"a":"[[[[\\"[["}'), 3)).toBe(1);
  });

  it.each([
    ['broken JSON', Buffer.from('{')],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['two values', Buffer.from('1 2')],
  ])('is refused when it is %s', (_what, bytes) => {
    expect(parseJsonBody(bytes)).toMatchObject({ ok: false, error: { code: 'E_BODY_INVALID' } });
  });

  it('may be empty', () => {
    expect(parseJsonBody(Buffer.alloc(0))).toEqual({ ok: true, value: undefined });
  });
});
