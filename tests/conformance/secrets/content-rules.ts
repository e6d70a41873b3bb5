// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { loadSecretRules } from '@bartizan/adapters/content';
import { compileSecretRules, SecretScanner } from '@bartizan/scan';

/** A scanner over the rules the product ships. */
export const shippedScanner = (): SecretScanner => {
  const loaded = loadSecretRules(join(import.meta.dirname, '../../../content'));
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const set = compileSecretRules(loaded.value.rules);
  if (!set.ok) throw new Error(set.error.detail);
  return new SecretScanner(set.value, { hashKey: Buffer.alloc(32, 3), now: () => 1_800_000_000_000 });
};
