// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Published manifests and rules to judge them by, for measuring: the same for our own figures and for those beside
 * other programs. Serves k01 and k04.
 */
export { isDecodable, publishedObjects, publishedWorkloads } from './published.ts';
export { type RuleCopies, writeRuleCopies } from './rule-copies.ts';
