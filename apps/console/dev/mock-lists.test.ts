// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { unknownField } from './mock-lists.ts';

describe('a filter that the stand-in for the controller is asked', () => {
  it('may name the fields of the list and free text', () => {
    expect(unknownField('event.list', 'cluster:local -namespace:shop "a:b" bash')).toBeUndefined();
    expect(unknownField('finding.groups', undefined)).toBeUndefined();
  });
  it('is refused, as by the controller, for a field that the list does not know', () => {
    expect(unknownField('node.list', 'cluster:local namespace:shop')).toBe('namespace');
    expect(unknownField('event.list', 'severity:high toString:x')).toBe('toString');
  });
});
