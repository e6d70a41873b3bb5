// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { choosePlatforms } from './choose-platforms.ts';

const chosen = (wanted: readonly string[], ...platforms: readonly string[]): string[] =>
  choosePlatforms(
    wanted,
    platforms.map((platform) => ({ platform })),
  ).map(({ platform }) => platform);

describe('the platforms of an index', () => {
  it.each([
    'linux/x86_64',
    'linux/x86-64',
    'linux/AMD64',
    'Linux/amd64',
    'amd64',
    '/amd64',
    'linux/amd64/v1',
  ])('written %s are the same for a node of amd64', (spelt) => {
    expect(chosen(['linux/amd64'], spelt, 'linux/amd64', 'linux/s390x')).toEqual([spelt, 'linux/amd64']);
  });

  it.each(['linux/aarch64', 'linux/arm64/v8', 'linux/arm64/8', 'arm64'])(
    'written %s are the same for a node of arm64',
    (spelt) => {
      expect(chosen(['linux/arm64'], spelt, 'linux/arm64')).toEqual([spelt, 'linux/arm64']);
    },
  );

  it.each(['linux/arm', 'linux/arm/7', 'linux/armhf', 'linux/ARM/v7'])(
    'written %s are the same for a node of 32-bit ARM',
    (spelt) => {
      expect(chosen(['linux/arm/v7'], spelt, 'linux/arm64')).toEqual([spelt]);
    },
  );

  it('are what nodes run second, where there is nothing better', () => {
    expect(chosen(['linux/amd64'], 'linux/386', 'linux/arm64')).toEqual(['linux/386']);
    expect(chosen(['linux/amd64'], 'linux/386', 'linux/amd64')).toEqual(['linux/amd64']);
    expect(chosen(['linux/amd64'], 'linux/386', 'linux/amd64/v3')).toEqual(['linux/386', 'linux/amd64/v3']);
    expect(chosen(['linux/arm64'], 'linux/arm/v5', 'linux/arm/v6')).toEqual(['linux/arm/v6']);
    expect(chosen(['linux/arm64'], 'linux/arm', 'linux/arm64')).toEqual(['linux/arm64']);
    expect(chosen(['linux/arm/v7'], 'linux/arm/v5', 'linux/arm/v6')).toEqual(['linux/arm/v6']);
    expect(chosen(['linux/arm/v6'], 'linux/arm/v7', 'linux/arm/v5')).toEqual(['linux/arm/v5']);
    expect(chosen(['linux/amd64', 'linux/arm64'], 'linux/386', 'linux/arm64')).toHaveLength(2);
  });

  it('that nobody knows, or that are not told, may run anywhere', () => {
    for (const strange of ['', 'linux', 'linux/amd64v9', 'linux/ amd64', 'beos/amd64', 'linux/amd64/v1/x'])
      expect(chosen(['linux/s390x'], strange, 'linux/s390x')).toEqual([strange, 'linux/s390x']);
  });

  it('are chosen with their variants, by the system alone, or all', () => {
    expect(chosen(['linux/arm'], 'linux/arm/v7', 'linux/arm/v5')).toHaveLength(2);
    expect(chosen(['linux/amd64'], 'linux/arm64', 'linux/amd64/v3', 'windows/amd64')).toEqual([
      'linux/amd64/v3',
    ]);
    expect(chosen(['linux/X86_64'], 'linux/amd64')).toEqual(['linux/amd64']);
    expect(chosen(['linux/amd64/v3'], 'linux/amd64/v3', 'linux/amd64')).toEqual(['linux/amd64/v3']);
    expect(chosen(['windows'], 'windows/amd64', 'linux/amd64')).toEqual(['windows/amd64']);
    expect(chosen(['all'], 'windows/amd64', 'x')).toEqual(['windows/amd64', 'x']);
    expect(chosen(['linux/arm64', 'linux/amd64'], 'linux/amd64')).toEqual(['linux/amd64']);
  });
});
