// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  type BoundMode,
  diffBindings,
  follow,
  namesRule,
  rebase,
  withMode,
  withPlace,
} from './binding-draft.ts';

const bind = (
  id: string,
  rules: string[],
  mode: BoundMode,
  more: Partial<AdmissionBinding> = {},
): AdmissionBinding => ({
  id,
  rules,
  mode,
  ...more,
});
const ids = () => {
  let n = 0;
  return () => {
    n += 1;
    return `new-${n}`;
  };
};

describe('a change of mode', () => {
  it('stands in front, because the first binding that fits decides', () => {
    const now = [bind('all', ['admission.*'], 'warn')];
    const change = { rules: ['admission.privileged'], namespaces: ['shop'], mode: 'enforce' } as const;
    expect(withMode(now, change, ids())).toEqual([
      bind('new-1', ['admission.privileged'], 'enforce', { namespaces: ['shop'] }),
      ...now,
    ]);
  });
  it('takes the place of what the same place said of the same rule, and of nothing else', () => {
    const now = [
      bind('a', ['r.one', 'r.two'], 'warn', { namespaces: ['shop'] }),
      bind('b', ['r.one'], 'audit'),
      bind('c', ['r.one'], 'audit', { namespaces: ['shop'] }),
    ];
    const after = withMode(now, { rules: ['r.one'], namespaces: ['shop'], mode: 'enforce' }, ids());
    expect(after.map(({ id, rules }) => [id, ...rules])).toEqual([
      ['new-1', 'r.one'],
      ['a', 'r.two'],
      ['b', 'r.one'],
    ]);
  });
  it('keeps the parameters of each rule, where they hold today', () => {
    const parameters = { allowed: ['CHOWN'] };
    const now = [bind('a', ['r.capabilities'], 'audit', { parameters })];
    const change = { rules: ['r.capabilities', 'r.root'], namespaces: ['shop'], mode: 'enforce' } as const;
    expect(withMode(now, change, ids()).slice(0, 2)).toEqual([
      bind('new-1', ['r.capabilities'], 'enforce', { namespaces: ['shop'], parameters }),
      bind('new-2', ['r.root'], 'enforce', { namespaces: ['shop'] }),
    ]);
  });
  it('names rules as the controller does', () => {
    expect(['admission.*', '*', 'a*n.b', 'x'].map((glob) => namesRule(glob, 'admission.b'))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('the difference of two lists of bindings', () => {
  const [a, b, c] = [bind('a', ['x'], 'warn'), bind('b', ['y'], 'audit'), bind('c', ['z'], 'off')];
  it('tells what is added, changed, removed and moved', () => {
    const draft = [bind('n', ['q'], 'enforce'), c, { ...a, mode: 'enforce' as const }];
    expect(diffBindings([a, b, c], draft).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'added n',
      'moved c',
      'changed a',
      'removed b',
    ]);
    expect(diffBindings([a, b], [a, b])).toEqual([]);
  });
  it('moves within the ends of the list', () => {
    expect(withPlace([a, b], 'a', 1)).toEqual([b, a]);
    expect(withPlace([a, b], 'a', -1)).toEqual([a, b]);
  });
  it('is put on top of what somebody else made meanwhile', () => {
    const mine = [bind('n', ['q'], 'enforce'), { ...a, mode: 'enforce' as const }];
    const theirs = [bind('t', ['w'], 'warn'), a, b];
    expect(rebase([a, b], mine, theirs).map(({ id, mode }) => `${id} ${mode}`)).toEqual([
      'n enforce',
      't warn',
      'a enforce',
    ]);
    expect(rebase([a, b], [{ ...a, mode: 'off' as const }, b], [b]).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('bindings that are read anew', () => {
  const applied = { bindings: [bind('a', ['x'], 'enforce')], revision: 'r1' };
  const now = { bindings: [bind('a', ['x'], 'off')], revision: 'r2' };
  it('are shown to who has changed nothing, not what was read before', () => {
    expect(follow({ base: applied, draft: applied.bindings }, now)).toEqual({
      base: now,
      draft: now.bindings,
    });
  });
  it('take nothing from a draft: it stays on the revision that it was made of', () => {
    const drafting = { base: applied, draft: [bind('a', ['x'], 'warn')] };
    expect(follow(drafting, now)).toEqual(drafting);
    expect(follow({ base: applied, draft: [] }, now)).toEqual({ base: applied, draft: [] });
  });
});
