// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { byOf, placeOf, unknownOf } from './api-use-words.ts';

describe('the page of API versions in use', () => {
  it('names where: the object, or the namespace in which a resource was asked for', () => {
    expect(placeOf({ about: 'Ingress/shop/web', namespace: 'shop' })).toBe('Ingress/shop/web');
    expect(placeOf({ about: 'ingresses', namespace: 'shop' })).toBe('shop: ingresses');
    expect(placeOf({ about: 'flowschemas', namespace: '' })).toBe('flowschemas');
  });
  it('tells the user of a request from the program', () => {
    expect(byOf('system:serviceaccount:a:b (kubectl/v1.33 (linux/amd64))')).toEqual({
      user: 'system:serviceaccount:a:b',
      program: 'kubectl/v1.33 (linux/amd64)',
    });
    expect(byOf('kubectl apply')).toEqual({ user: 'kubectl apply' });
    expect(byOf('Mozilla (x) y')).toEqual({ user: 'Mozilla (x) y' });
  });
  it('says what is not known, so that an empty list is no all-clear', () => {
    expect(unknownOf(undefined)).toEqual([]);
    expect(unknownOf({ unread: [], isAuditLogHeard: true })).toEqual([]);
    expect(unknownOf({ unread: ['Ingress', 'Role'], isAuditLogHeard: false })).toEqual([
      { word: 'readers', kinds: 'Ingress, Role' },
      { word: 'writers', kinds: 'Ingress, Role' },
    ]);
  });
});
