// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileSignature } from '@bartizan/contracts';
import { compileFileSignatures, type FileSignatureSet } from '../hygiene/signature-set.ts';

/** A signature for tests: programs and scripts that hold `harmful-words`, unless said otherwise. */
export const makeSignature = (more: Partial<FileSignature> = {}): FileSignature => ({
  id: 'malware.test',
  title: { en: 'Test', ja: 'テスト' },
  description: { en: 'For tests', ja: 'テスト用' },
  severity: 'high',
  kinds: ['program', 'script'],
  strings: [{ name: 'words', text: 'harmful-words' }],
  groups: [{ of: ['words'], atLeast: 1 }],
  fix: { en: 'Remove it', ja: '削除する' },
  control: ['k02-supply-chain'],
  owasp: { 2022: ['K02'], 2025: ['K04'] },
  attack: ['T1496'],
  tests: { mustMatch: [], mustNotMatch: [] },
  ...more,
});

/** Signatures that must compile. */
export const makeSignatureSet = (...signatures: readonly FileSignature[]): FileSignatureSet => {
  const set = compileFileSignatures(signatures.length === 0 ? [makeSignature()] : signatures);
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
};
