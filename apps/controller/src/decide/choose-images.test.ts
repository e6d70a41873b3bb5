// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  chooseRepositories,
  chooseTags,
  namedRepositories,
  newest,
  wantedPlatforms,
} from './choose-images.ts';

const filters = (includes: string[], excludes: string[] = []) => {
  const read = (text: string) => {
    const [repository = '', tag = '*'] = text.split(':');
    return { repository, tag };
  };
  return { includes: includes.map(read), excludes: excludes.map(read) };
};

const repositories = (pattern: string): Parameters<typeof chooseRepositories>[0] => ({
  includes: [{ repository: pattern, tag: '*' }],
  excludes: [],
});

describe('patterns of repositories', () => {
  it.each([
    ['shop/*', 'shop/web', true],
    ['shop/*', 'shop/a/b', true],
    ['shop/*', 'shops/web', false],
    ['*', '', true],
    ['v?.*', 'v1.2', true],
    ['v?.*', 'v12', false],
    ['*web*', 'my-web-app', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbY', false],
    ['(a+)+$', '(a+)+$', true],
  ])('%s on %s: %s', (pattern, text, fits) => {
    expect(chooseRepositories(repositories(pattern), [text])).toEqual(fits ? [text] : []);
  });

  it('are not slow on hostile texts', () => {
    const startMs = performance.now();
    expect(chooseRepositories(repositories(`${'*a'.repeat(200)}b`), ['a'.repeat(500)])).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

describe('filters', () => {
  it('choose repositories and tags; what is excluded is not chosen', () => {
    const chosen = filters(['shop/*:v2.*', 'base'], ['*:*-rc*', 'shop/old']);
    expect(chooseRepositories(chosen, ['shop/web', 'shop/old', 'base', 'other'])).toEqual([
      'shop/web',
      'base',
    ]);
    expect(chooseTags(chosen, 'shop/web', ['v1.0', 'v2.0', 'v2.1-rc1', 'latest'])).toEqual(['v2.0']);
    expect(chooseTags(chosen, 'base', ['latest', '1-rc2'])).toEqual(['latest']);
  });

  it('without includes choose everything', () => {
    expect(chooseTags(filters([]), 'a', ['x', 'y'])).toEqual(['x', 'y']);
    expect(namedRepositories(filters([]))).toBeUndefined();
  });

  it('that name every repository need no list', () => {
    expect(namedRepositories(filters(['a:*', 'b/c:v?', 'a:x']))).toEqual(['a', 'b/c']);
    expect(namedRepositories(filters(['a', 'b/*']))).toBeUndefined();
  });

  it('keep the newest by time, then by name as people count', () => {
    const things = [
      { name: 'v9', atMs: undefined },
      { name: 'v10', atMs: undefined },
      { name: 'old', atMs: 1 },
      { name: 'new', atMs: 2 },
    ];
    expect(newest(things, 3).map(({ name }) => name)).toEqual(['new', 'old', 'v10']);
  });

  it('are those that were set, else those of the nodes, else linux/amd64', () => {
    expect(wantedPlatforms(['linux/s390x'], ['x64'])).toEqual({ names: ['linux/s390x'], from: 'settings' });
    expect(wantedPlatforms([], ['x64', 'arm64', 'aarch64', '', 'arm'])).toEqual({
      names: ['linux/amd64', 'linux/arm/v7', 'linux/arm64'],
      from: 'nodes',
    });
    expect(wantedPlatforms([], [''])).toEqual({ names: ['linux/amd64'], from: 'fallback' });
  });
});
