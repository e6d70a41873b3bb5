// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aRegistry } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { entriesFor } from './wanted-image.ts';

const entry = (id: string, host: string, repository: string, tag = '*') =>
  aRegistry({ id, host, includes: [{ repository, tag }] });
const asked = (registries: Parameters<typeof entriesFor>[0], reference: string): string[] =>
  entriesFor(registries, reference).map(({ id }) => id);

describe('the registries that are asked for an image', () => {
  const all = [
    entry('elsewhere', 'quay.io', '*'),
    entry('a', 'ghcr.io', 'a/*'),
    entry('releases', 'ghcr.io', 'b/*', 'v*'),
    entry('b', 'ghcr.io', 'b/*'),
  ];

  it('are the entries of its host, first those whose filters choose it', () => {
    expect(asked(all, 'ghcr.io/b/app:latest')).toEqual(['b', 'releases', 'a']);
    expect(asked(all, 'ghcr.io/b/app')).toEqual(['b', 'releases', 'a']);
    expect(asked(all, 'ghcr.io/b/app:v1')).toEqual(['releases', 'b', 'a']);
    expect(asked(all, `ghcr.io/b/app@sha256:${'a'.repeat(64)}`)).toEqual(['releases', 'b', 'a']);
    expect(asked(all, 'ghcr.io/c/app:1')).toEqual(['a', 'releases', 'b']);
    expect(asked(all, 'other.example/app:1')).toEqual([]);
  });

  it('are known by any spelling of their host, and bounded', () => {
    expect(asked([entry('hub', 'registry-1.docker.io', 'library/nginx')], 'nginx')).toEqual(['hub']);
    const many = Array.from({ length: 40 }, (_, at) => entry(`r-${at}`, 'ghcr.io', `${at}/*`));
    expect(asked(many, 'ghcr.io/39/app:1')).toHaveLength(8);
    expect(asked(many, 'ghcr.io/39/app:1')[0]).toBe('r-39');
  });
});
