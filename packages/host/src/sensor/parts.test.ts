// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from './addresses.ts';
import { filesystemName } from './filesystems.ts';
import { parseLevels } from './levels.ts';
import { parsePrograms } from './programs.ts';

const bytesOf = (...groups: number[]): Buffer => {
  const bytes = Buffer.alloc(16);
  groups.forEach((group, i) => {
    bytes.writeUInt16BE(group, i * 2);
  });
  return bytes;
};

describe('formatAddress', () => {
  it.each([
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    [[0x2001, 0xdb8, 0, 1, 0, 0, 0, 1], '2001:db8:0:1::1'],
    [[0xfe80, 0, 1, 2, 3, 4, 5, 6], 'fe80:0:1:2:3:4:5:6'],
    [[1, 0, 0, 0, 0, 0, 0, 0], '1::'],
  ])('writes %j as %s', (groups, text) => {
    expect(formatAddress(6, bytesOf(...groups))).toBe(text);
  });

  it('writes dotted IPv4', () => {
    expect(formatAddress(4, Buffer.from([10, 0, 0, 255]))).toBe('10.0.0.255');
  });

  it('writes an IPv4 address that a socket of family 6 is bound to as what it is', () => {
    expect(formatAddress(6, bytesOf(0, 0, 0, 0, 0, 0xffff, 0xa9fe, 0xa9fe))).toBe('169.254.169.254');
    expect(formatAddress(6, bytesOf(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1))).toBe('127.0.0.1');
  });

  it('writes an address that parsers take, whatever the bytes', () => {
    const mapped = fc
      .uint8Array({ minLength: 4, maxLength: 4 })
      .map((last) => Uint8Array.from([...Array.from({ length: 10 }, () => 0), 255, 255, ...last]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 16 }), mapped), (bytes) => {
        expect(isIP(formatAddress(6, Buffer.from(bytes)))).toBeGreaterThan(0);
      }),
      { seed: 20_261_125 },
    );
  });
});

describe('filesystemName', () => {
  it('knows overlay, shows a strange number in hexadecimal and an unknown one as nothing', () => {
    expect([filesystemName(0x794c_7630), filesystemName(0xabcd), filesystemName(0)]).toEqual([
      'overlay',
      '0xabcd',
      '',
    ]);
  });
});

describe('parseLevels', () => {
  it('reads a matrix', () => {
    const rows = [
      { action: 'exec', level: 'refuse', reason: { en: 'shown', ja: '確認済み' } },
      { action: 'mount', level: 'blind', reason: 'of an older sensor' },
    ];
    expect(parseLevels(JSON.stringify(rows))).toEqual(rows);
  });

  it.each([
    '',
    '{}',
    '[1]',
    '[null]',
    '[{"action":"exec","level":"perfect","reason":""}]',
    '[{"level":"blind"}]',
  ])('takes %s for no matrix', (json) => {
    expect(parseLevels(json)).toBeUndefined();
  });
});

describe('parsePrograms', () => {
  it('reads states and takes anything else for nothing', () => {
    const row = { name: 'on_exec', section: 'tp_btf/x', loaded: false, reason: 'EPERM' };
    expect(parsePrograms(JSON.stringify([row, 1, null]))).toEqual([row]);
    expect([parsePrograms('nonsense'), parsePrograms('{}')]).toEqual([[], []]);
  });

  it('never takes a missing state for loaded', () => {
    expect(parsePrograms('[{"name":"x"}]')[0]?.loaded).toBe(false);
  });
});
