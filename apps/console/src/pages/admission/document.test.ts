// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { DOCUMENT_CHARS_MAX, readDocument, writeDocument } from './document.ts';

const faultOf = (text: string) => {
  const read = readDocument(text);
  return read.ok ? 'none' : read.fault;
};

describe('what a person types', () => {
  it('is one object, in YAML or in JSON', () => {
    const object = { kind: 'Pod', metadata: { name: 'web' } };
    expect(readDocument('kind: Pod\nmetadata:\n  name: web\n')).toEqual({ ok: true, value: object });
    expect(readDocument(JSON.stringify(object))).toEqual({ ok: true, value: object });
    expect(readDocument(writeDocument(object))).toEqual({ ok: true, value: object });
  });
  it('is refused when it is nothing, several, too much, or twice the same key', () => {
    expect(faultOf(' \n')).toBe('empty');
    expect(faultOf('a: 1\n---\nb: 2\n')).toBe('several');
    expect(faultOf('x'.repeat(DOCUMENT_CHARS_MAX + 1))).toBe('too-large');
    expect(faultOf('a: 1\na: 2\n')).toBe('broken');
  });
  it('is told with its line when it cannot be read', () => {
    expect(readDocument('a: 1\nb: [1, 2\nc: 3\n')).toMatchObject({ ok: false, fault: 'broken', line: 3 });
  });
  it('never unfolds aliases', () => {
    const bomb = `a: &a [x]\n${'bcdefghi'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`)
      .join('\n')}`;
    expect(faultOf(bomb)).toBe('broken');
  });
});
