// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of policies that come from other products. */
export const POLICY_IMPORT_ERRORS = {
  E_POLICY_IMPORT: {
    status: 400,
    title: { en: 'A foreign policy cannot be read', ja: '他製品のポリシーを読み取れません' },
    remedy: {
      en: 'Export the policy again, or correct the place named in the message. Nothing of the document was imported.',
      ja: 'ポリシーを再度エクスポートするか、メッセージに示された箇所を修正してください。この文書からは何も取り込んでいません。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
