// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Groups, isIpv4, reachedAddress } from './ip-address.ts';

describe('the address that is reached', () => {
  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:7f00:1', '127.0.0.1'],
    ['0000:0000:0000:0000:0000:ffff:127.0.0.1', '127.0.0.1'],
    ['::ffff:169.254.169.254%eth0', '169.254.169.254'],
    ['64:ff9b::a9fe:a9fe', '169.254.169.254'],
    ['64:ff9b:0:0:0:0:10.0.0.1', '10.0.0.1'],
    ['0064:FF9B::10.0.0.1', '10.0.0.1'],
    ['::ffff:1:10.0.0.1', '::ffff:1:10.0.0.1'],
    ['64:ff9b:1::10.0.0.1', '64:ff9b:1::10.0.0.1'],
    ['::10.0.0.1', '::10.0.0.1'],
    ['::1', '::1'],
    ['::ffff:300.0.0.1', '::ffff:300.0.0.1'],
    ['::ffff:010.0.0.1', '::ffff:010.0.0.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['registry.example', 'registry.example'],
    ['', ''],
  ])('by %s is %s', (address, reached) => expect(reachedAddress(address)).toBe(reached));
});

describe('groups of an IPv6 address', () => {
  it.each([
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['fe80::1%eth0', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['1:2:3:4:5:6:1.2.3.4', [1, 2, 3, 4, 5, 6, 0x102, 0x304]],
  ])('of %s', (address, groups) => expect(ipv6Groups(address)).toEqual(groups));

  it('are told for what the platform holds for an address, and for nothing else', () => {
    const letters = fc.string({ unit: fc.constantFrom(...':::0123ff.'), maxLength: 24 });
    const written = fc.oneof(letters, fc.ipV6(), fc.ipV4());
    fc.assert(
      fc.property(written, (text) => {
        expect(ipv6Groups(text) !== undefined).toBe(isIP(text) === 6);
        expect(isIpv4(text)).toBe(isIP(text) === 4);
      }),
      { numRuns: 3000 },
    );
  });
});
