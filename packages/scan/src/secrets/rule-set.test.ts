// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { makeSecretRule } from '../testing/secret-rules.ts';
import { compileSecretRules } from './rule-set.ts';

describe('compileSecretRules', () => {
  it('shares a keyword between rules', () => {
    const set = compileSecretRules([makeSecretRule(), makeSecretRule({ id: 'secret.other', before: 700 })]);
    if (!set.ok) throw new Error(set.error.detail);
    expect(set.value.rulesOfKeyword).toEqual([[0, 1]]);
    expect(set.value.keepBytes).toBeGreaterThanOrEqual(700);
  });

  it.each([
    [{ keywords: [] }, 'neither keywords nor files'],
    [{ keywords: ['TOK_'] }, 'keyword TOK_ is not in lower case'],
    [{ pattern: 'tok_.*' }, 'an unbounded repetition at 5'],
    [{ pattern: 'tok_(?:a{1,9}){2,9}' }, 'a nested repetition at 14'],
  ])('refuses %j', (more, detail) => {
    expect(compileSecretRules([makeSecretRule(more)])).toMatchObject({
      ok: false,
      error: { code: 'E_RULE', detail: `secret.test-token: ${detail}` },
    });
  });

  it('refuses a pattern that is none', () => {
    expect(compileSecretRules([makeSecretRule({ pattern: 'tok_(?<secret>a)(?<secret>b)' })])).toMatchObject({
      ok: false,
      error: { code: 'E_RULE' },
    });
  });
});
