// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The search for secrets alone, for programs that start often and scan nothing else. In: rules, texts, objects of
 * Kubernetes. Out: matches with a preview and a keyed hash, never a value. Serves K08.
 */
export { makeHashKey } from './keep.ts';
export { findInManifest, type ManifestSecret, type PodInObject } from './manifest-secrets.ts';
export { compileSecretRules } from './rule-set.ts';
export { secretAction } from './secret-finding.ts';
export type { SecretMatch } from './secret-match.ts';
export { SecretScanner } from './secret-scanner.ts';
export { searchTexts } from './text-secrets.ts';
