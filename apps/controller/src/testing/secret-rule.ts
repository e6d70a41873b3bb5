// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretRule } from '@bartizan/contracts';

const text = (en: string) => ({ en, ja: en });

/** A rule for tests of what is made of secrets that others found: it is never asked to find one. */
export const TOLD_RULE: SecretRule = {
  id: 'secret.test-token',
  title: text('Test token'),
  description: text('A token for tests'),
  severity: 'high',
  family: 'service',
  confidence: 'high',
  keywords: ['tok_'],
  pattern: 'tok_[a-z0-9]{16}',
  check: 'none',
  fix: text('Rotate it.'),
  control: ['k08-secrets'],
  owasp: { 2022: ['K08'], 2025: ['K03'] },
  attack: ['T1552.001'],
  tests: { mustMatch: [], mustNotMatch: [] },
};
