// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Secrets for tests, made when a test runs and never written down: templates in, texts out. The repository itself
 * holds no text that looks like a secret. Serves k08 (secrets).
 */
export { fillTemplate } from './fill-template.ts';
export { makePem, makePrivateKeyPair } from './key-material.ts';
export { SeededRandom } from './seeded-random.ts';
export { PLANTED_KINDS, type TextCorpus, writeTextCorpus } from './text-corpus.ts';
