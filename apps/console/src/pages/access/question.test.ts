// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { reachOf, readQuestion, whoCanOf, writeQuestion } from './question.ts';

const asked = (text: string) => readQuestion(text);

describe('a question about access', () => {
  it('is the same after it stood in the address', () => {
    const question = { first: 'list', second: 'deployments/scale.apps', third: 'shop' };
    expect(readQuestion(writeQuestion('who-can', question))).toEqual(question);
    expect(writeQuestion('who-can', { first: '', second: ' secrets ', third: '' })).toBe('get secrets');
    expect(writeQuestion('paths', { first: 'ann', second: 'left over', third: '' })).toBe('ann');
    expect(writeQuestion('paths', { first: '  ', second: '', third: '' })).toBeUndefined();
  });

  it('names resource, subresource, group and namespace, or a path', () => {
    expect(whoCanOf(asked('update deployments/scale.apps shop'))).toEqual({
      verb: 'update',
      resource: 'deployments',
      subresource: 'scale',
      group: 'apps',
      namespace: 'shop',
    });
    expect(whoCanOf(asked('get /metrics'))).toEqual({ verb: 'get', path: '/metrics' });
    expect(whoCanOf(asked('get'))).toBeUndefined();
  });

  it('names two pods and a port', () => {
    expect(reachOf(asked('a/x b/y 80'))).toEqual({
      fromNamespace: 'a',
      fromPod: 'x',
      toNamespace: 'b',
      toPod: 'y',
      port: 80,
    });
    for (const text of ['a b 80', 'a/x b/y', 'a/x b/y 0', 'a/x b/y 70000', 'a/x b/y ssh'])
      expect(reachOf(asked(text)), text).toBeUndefined();
  });
});
