// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretRule } from '@bartizan/contracts';
import { compileSecretRules, type SecretRuleSet } from '../secrets/rule-set.ts';
import { SecretScanner } from '../secrets/secret-scanner.ts';

/** Key of the fingerprints in tests. */
export const TEST_HASH_KEY = Buffer.alloc(32, 5);
/** The instant tests run at. */
export const TEST_NOW_MS = 1_800_000_000_000;

/** A rule for tests: `tok_` and sixteen letters or digits, unless said otherwise. */
export const makeSecretRule = (more: Partial<SecretRule> = {}): SecretRule => ({
  id: 'secret.test-token',
  title: { en: 'Test token', ja: 'テストトークン' },
  description: { en: 'A token for tests', ja: 'テスト用のトークン' },
  severity: 'high',
  family: 'service',
  confidence: 'high',
  keywords: ['tok_'],
  pattern: String.raw`\b(?<secret>tok_[a-z0-9]{16})(?![a-z0-9])`,
  check: 'none',
  fix: { en: 'Rotate it', ja: '再発行する' },
  control: ['k08-secrets'],
  owasp: { 2022: ['K08'], 2025: ['K03'] },
  attack: ['T1552.001'],
  tests: { mustMatch: [], mustNotMatch: [] },
  ...more,
});

/** Rules that must compile. */
export const makeSecretSet = (...rules: readonly SecretRule[]): SecretRuleSet => {
  const set = compileSecretRules(rules.length === 0 ? [makeSecretRule()] : rules);
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
};

/** A scanner over rules that must compile. */
export const makeSecretScanner = (...rules: readonly SecretRule[]): SecretScanner =>
  new SecretScanner(makeSecretSet(...rules), { hashKey: TEST_HASH_KEY, now: () => TEST_NOW_MS });
