// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { createSealer, isSealed, sealKeyId } from './sealer.ts';

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);

describe('a sealer', () => {
  it('gives back what it sealed, and never the same text twice', () => {
    const sealer = createSealer(key);
    const first = sealer.seal('秘密 and more');
    expect(sealer.unseal(first)).toEqual({ ok: true, value: '秘密 and more' });
    expect(sealer.seal('秘密 and more')).not.toBe(first);
    expect(isSealed(first)).toBe(true);
    expect(first).toContain(sealKeyId(key));
    expect(first).not.toContain('and more');
  });

  it('opens old values with an older key and seals with the newest', () => {
    const sealed = createSealer(other).seal('x');
    const ring = createSealer(key, [other]);
    expect(ring.unseal(sealed)).toEqual({ ok: true, value: 'x' });
    expect(ring.seal('x')).toContain(sealKeyId(key));
  });

  it('says that the key is missing when another key sealed it', () => {
    const opened = createSealer(key).unseal(createSealer(other).seal('x'));
    expect(opened.ok ? '' : opened.error.code).toBe('E_KEY_MISSING');
  });

  it('notices each changed character', () => {
    const sealer = createSealer(key);
    const sealed = sealer.seal('a secret');
    for (let index = 0; index < sealed.length - 1; index++) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      const opened = sealer.unseal(changed);
      expect(opened.ok, changed).toBe(false);
    }
  });

  it.each(['', 'plain', 'bzs1.', 'bzs1.x.', 'bzs1.x.AAAA'])('refuses what it did not make: %s', (text) => {
    const opened = createSealer(key).unseal(text);
    expect(opened.ok ? '' : opened.error.code).toBe('E_STORE_CORRUPT');
  });
});
