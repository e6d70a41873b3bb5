// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Revisions of knowledge: the same content has the same hash, everywhere.
 * In: plain values. Out: SHA-256 of their canonical JSON. Serves all controls.
 */
export { canonicalJson, contentHash } from './canonical.ts';
export { sha256 } from './sha256.ts';
