// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from './certificate.ts';
import {
  bitsOf,
  childrenOf,
  encodeDer,
  integerHex,
  oidOf,
  readDer,
  smallInteger,
  TAG,
  timeOf,
} from './der.ts';
import { Refusal } from './refusal.ts';
import { parseResponse, parseToken } from './timestamp.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const time = (tag: number, text: string): number => timeOf(readDer(encodeDer(tag, Buffer.from(text))));

describe('DER', () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000])('reads back %i bytes', (length) => {
    const content = Buffer.alloc(length, 7);
    const node = readDer(encodeDer(TAG.octetString, content));
    expect([node.tag, node.content.equals(content)]).toEqual([TAG.octetString, true]);
  });

  it.each([
    ['nothing', ''],
    ['no length', '30'],
    ['less than it says', '30 03 02 01'],
    ['bytes after the end', '05 00 00'],
    ['an indefinite length', '30 80 00 00'],
    ['a length that is not the shortest', '04 81 01 00'],
    ['a length of two octets that fits in one', '04 82 00 80'],
    ['a length of four octets', '04 84 00 00 00 01 00'],
    ['a long tag', '1f 01 00'],
  ])('refuses %s', (_what, bytes) => {
    expect(() => readDer(hex(bytes))).toThrow(Refusal);
  });

  it('refuses a child that is longer than its parent', () => {
    expect(() => childrenOf(readDer(hex('30 03 04 05 00')))).toThrow('longer than its frame');
  });

  it('refuses more than 1,024 children', () => {
    const many = encodeDer(TAG.sequence, ...Array.from({ length: 1025 }, () => hex('0500')));
    expect(() => childrenOf(readDer(many))).toThrow('too many elements');
  });

  it.each([
    ['2a 86 48 ce 3d 04 03 02', '1.2.840.10045.4.3.2'],
    ['55 1d 0f', '2.5.29.15'],
    ['2b 06 01 04 01 83 bf 30 01 08', '1.3.6.1.4.1.57264.1.8'],
    ['88 37', '2.999'],
    ['00', '0.0'],
  ])('reads object identifier %s as %s', (content, dotted) => {
    expect(oidOf(readDer(encodeDer(TAG.oid, hex(content))))).toBe(dotted);
  });

  it.each(['', '86', '2a 80 01', '2a 86 48 ff ff ff ff ff ff ff 7f'])(
    'refuses object identifier "%s"',
    (content) => {
      expect(() => oidOf(readDer(encodeDer(TAG.oid, hex(content))))).toThrow('object identifier');
    },
  );

  it.each([
    [TAG.utcTime, '250612120220Z', '2025-06-12T12:02:20.000Z'],
    [TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    [TAG.generalizedTime, '20250612120220Z', '2025-06-12T12:02:20.000Z'],
    [TAG.generalizedTime, '20250612120220.25Z', '2025-06-12T12:02:20.250Z'],
  ])('reads time %i %s', (tag, text, iso) => {
    expect(new Date(time(tag, text)).toISOString()).toBe(iso);
  });

  it.each([
    [TAG.utcTime, '2506121202Z'],
    [TAG.utcTime, '251312120220Z'],
    [TAG.generalizedTime, '20250612120220'],
    [TAG.generalizedTime, '20250612120220+0900'],
    [TAG.octetString, '250612120220Z'],
  ])('refuses time %i %s', (tag, text) => {
    expect(() => time(tag, text)).toThrow(Refusal);
  });

  it('reads integers and bit strings, and refuses spare bits and negative small numbers', () => {
    expect(integerHex(readDer(hex('02 02 00 ff')))).toBe('00ff');
    expect(smallInteger(readDer(hex('02 02 01 00')))).toBe(256);
    expect(bitsOf(readDer(hex('03 02 00 a0'))).toString('hex')).toBe('a0');
    expect(() => bitsOf(readDer(hex('03 02 04 a0')))).toThrow('bit string');
    expect(() => smallInteger(readDer(hex('02 01 ff')))).toThrow('integer');
    expect(() => smallInteger(readDer(hex('04 01 01')))).toThrow('tag 4, not 2');
  });
});

describe('parsers of DER', () => {
  it.each([
    ['certificate', parseCertificate],
    ['timestamp token', parseToken],
    ['timestamp response', parseResponse],
  ])('end any bytes as a %s with a refusal, never with another error', (_name, parse) => {
    const nested = fc.letrec<{ node: Buffer }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.constantFrom(0x02, 0x03, 0x04, 0x06, 0x17), fc.uint8Array({ maxLength: 12 }))
          .map(([tag, bytes]) => encodeDer(tag, Buffer.from(bytes))),
        fc
          .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa3), fc.array(tie('node'), { maxLength: 8 }))
          .map(([tag, parts]) => encodeDer(tag, ...parts)),
      ),
    })).node;
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      nested,
    );
    fc.assert(
      fc.property(input, (bytes) => {
        expect(() => parse(bytes)).toThrow(Refusal);
      }),
      { seed: 9, numRuns: 2000 },
    );
  });
});
