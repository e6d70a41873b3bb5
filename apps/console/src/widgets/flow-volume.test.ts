// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { isUncounted } from './flow-volume.tsx';

describe('the volume of a flow', () => {
  it.each([
    [['udp'], 0, true],
    [['udp/53', 'udp/443'], 0, true],
    [['tcp/80'], 0, false],
    [['udp/53', 'tcp/53'], 0, false],
    [['udp/53'], 12, false],
    [[], 0, false],
    [['tcp/80'], undefined, true],
  ])('of %j with %s bytes is uncounted: %s', (protocols, bytes, expected) => {
    expect(isUncounted(protocols, bytes)).toBe(expected);
  });
});
