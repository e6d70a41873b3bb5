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
} as const satisfies Readonly<Record<string, ErrorEntry>>;
