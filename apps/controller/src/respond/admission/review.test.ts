// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReview } from './review.ts';

describe('a review', () => {
  it('is read or refused with a reason, whatever it holds', () => {
    const shaped = fc.record(
      {
        apiVersion: fc.constant('admission.k8s.io/v1'),
        kind: fc.constant('AdmissionReview'),
        request: fc.record(
          {
            uid: fc.oneof(fc.string(), fc.jsonValue()),
            operation: fc.constantFrom('CREATE', 'CONNECT', 'EVIL'),
            resource: fc.jsonValue(),
            kind: fc.jsonValue(),
            userInfo: fc.oneof(fc.jsonValue(), fc.record({ groups: fc.array(fc.jsonValue()) })),
            object: fc.jsonValue(),
            name: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['apiVersion', 'kind'] },
    );
    fc.assert(
      fc.property(fc.oneof(shaped, fc.jsonValue()), (json) => {
        const read = readReview(json);
        if (typeof read === 'string') {
          expect(read).not.toBe('');
          return;
        }
        expect(read.uid.length).toBeGreaterThan(0);
        expect(read.user.groups.every((group) => group.length <= 253)).toBe(true);
        expect(read.name.length).toBeLessThanOrEqual(253);
      }),
      { seed: 6, numRuns: 2000 },
    );
  });
});
