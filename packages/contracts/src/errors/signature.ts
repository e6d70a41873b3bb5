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
  E_SIGNING_KEY: {
    title: { en: 'The signing key cannot be used', ja: '署名鍵を使用できません' },
    remedy: {
      en: 'Name a private key in PEM (ECDSA P-256 or Ed25519); give its passphrase with --passphrase-file or BARTIZAN_KEY_PASSPHRASE.',
      ja: 'PEM 形式の秘密鍵 (ECDSA P-256 または Ed25519) を指定し、パスフレーズは --passphrase-file または BARTIZAN_KEY_PASSPHRASE で渡してください。',
    },
  },
  E_SIGNATURE_FILE: {
    title: {
      en: 'A file needed for signing or verifying cannot be read',
      ja: '署名または検証に必要なファイルを読み取れません',
    },
    remedy: {
      en: 'Check the path named in the message; files are at most 512 MB, bundles 16 MB.',
      ja: '表示されたパスを確認してください。ファイルは 512 MB、バンドルは 16 MB までです。',
    },
  },
  E_SIGNATURE_REFUSED: {
    title: { en: 'The signature is not accepted', ja: '署名は受け入れられません' },
    remedy: {
      en: 'Do not use the artifact; the reasons above say which check failed.',
      ja: '対象を使用しないでください。どの検査で失敗したかは上の理由を参照してください。',
    },
  },
  E_SIGNATURE_UNKNOWN: {
    title: { en: 'Nobody can say whether the signature is right', ja: '署名の正否を判断できません' },
    remedy: {
      en: 'Give a trust root that knows the log or authority named in the message, or the artifact itself.',
      ja: '表示されたログまたは認証局を含むトラストルートか、対象そのものを指定してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
