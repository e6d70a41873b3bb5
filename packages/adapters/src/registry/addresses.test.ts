// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { type AddressClass, AddressGuard, bareHost, classOfHost } from './addresses.ts';

/** What connecting to a name ends with. */
const lookUp = (own: AddressClass | undefined, name: string, all: boolean): Promise<string> =>
  new Promise((resolve) => {
    new AddressGuard(own).lookup(name, { all }, (error, address) => {
      if (error !== null) resolve(error.message);
      else resolve(typeof address === 'string' ? address : `${address.length > 0}`);
    });
  });
const literal = (own: AddressClass | undefined, url: string): string => {
  try {
    new AddressGuard(own).demandLiteral(new URL(url));
    return 'allowed';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

describe('where a registry may send us', () => {
  it('is not to a name that leads to this machine, unless the registry is there', async () => {
    const refused = 'E_REGISTRY_ADDRESS: localhost is at a loopback address';
    for (const all of [true, false]) expect(await lookUp(undefined, 'localhost', all)).toBe(refused);
    expect(await lookUp('link-local or metadata', 'localhost', true)).toBe(refused);
    expect(await lookUp('loopback', 'localhost', true)).toBe('true');
    expect(await lookUp('loopback', 'localhost', false)).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  it('is judged by the address itself where there is no name', () => {
    expect(literal(undefined, 'https://192.0.2.1/')).toBe('allowed');
    expect(literal(undefined, 'https://r.example/')).toBe('allowed');
    expect(literal('loopback', 'http://127.0.0.2:5000/')).toBe('allowed');
    expect(literal(undefined, 'http://127.0.0.2:5000/')).toContain('127.0.0.2 is at a loopback address');
    // Other ways to write an address come out of the URL as the address.
    for (const host of [
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::127.0.0.1]',
    ])
      expect(literal(undefined, `http://${host}/`)).toContain('loopback address');
    expect(literal('loopback', 'http://169.254.169.254/')).toContain('link-local or metadata address');
  });

  it('starts from where the registry itself is', async () => {
    expect(await classOfHost('127.0.0.1')).toBe('loopback');
    expect(await classOfHost('localhost')).toBe('loopback');
    expect(await classOfHost('192.0.2.1')).toBeUndefined();
    expect(bareHost(new URL('http://[::1]:5000/'))).toBe('::1');
  });
});
