// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of signatures, attestations and who is trusted. */
export const SIGNATURE_ERRORS = {
  E_TRUST_ROOT: {
    status: 422,
    title: { en: 'The trust root cannot be used', ja: 'トラストルートを使用できません' },
    remedy: {
      en: 'Correct the entry named in the message, or fetch the trusted_root.json again; nothing is verified with half a root.',
      ja: '表示された項目を修正するか、trusted_root.json を取得し直してください。一部だけのトラストルートでは検証しません。',
    },
  },
  E_SIGNATURE_POLICY: {
    status: 422,
    title: { en: 'The signature policy is not valid', ja: '署名ポリシーが正しくありません' },
    remedy: {
      en: 'Correct the key, identity or store named in the message.',
      ja: '表示された鍵・署名者・ストアの指定を修正してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
