// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { Translate } from '../../i18n/messages.ts';
import { placeWords } from './path-places.ts';

const t: Translate = (key, values = {}) => [key, ...Object.values(values)].join(' ');

describe('a stop on the way to cluster-admin', () => {
  it.each([
    ['pods/*', 'access.place.pods.all'],
    ['create/shop', 'access.place.create.namespace shop'],
    ['accounts/shop', 'access.place.accounts.namespace shop'],
    ['node', 'access.place.node'],
    ['any-user', 'access.place.any-user'],
  ])('is told in words where it is a place: %s', (place, words) => {
    expect(placeWords(t, place)).toBe(words);
  });
  it.each(['cluster-admin', 'User/pods', 'ServiceAccount/pods/web', 'pods', 'pods/'])(
    'keeps its name where it is somebody: %s',
    (name) => {
      expect(placeWords(t, name)).toBeUndefined();
    },
  );
});
