// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadSecretRules } from '@bartizan/adapters/content';
import { compileSecretRules, SecretScanner } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { credentialsIn } from './follow-secrets.ts';

/** Made here, so that no text of the repository looks like a secret. */
const TOKEN = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');

describe('credentials that admission rules ask for', () => {
  it('are those that the rules for secrets find', () => {
    const rules = loadSecretRules(new URL('../../../../../content', import.meta.url).pathname);
    const set = rules.ok ? compileSecretRules(rules.value.rules) : rules;
    if (!set.ok) throw new Error(set.error.detail);
    const find = credentialsIn(new SecretScanner(set.value, { hashKey: Buffer.alloc(32, 7), now: () => 1 }));
    expect(find('API_TOKEN', TOKEN)).toEqual(['secret.gitlab-personal-token']);
    expect([find('LEVEL', 'debug'), find('NAME', '$(API_TOKEN)')]).toEqual([[], []]);
  });
});
