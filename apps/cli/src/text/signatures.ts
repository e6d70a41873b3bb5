// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of signing and verifying. */
export const SIGNATURE_TEXT = {
  'command.sign': {
    en: 'Sign a file with a local key (sigstore bundle)',
    ja: 'ローカルの鍵でファイルに署名する（sigstore バンドル）',
  },
  'command.attest': {
    en: 'Sign a claim about a file or a digest (in-toto)',
    ja: 'ファイルまたはダイジェストについての証明書に署名する（in-toto）',
  },
  'command.verify': {
    en: 'Verify a bundle offline, or an image of a registry by what lies beside it',
    ja: 'バンドルをオフラインで、またはレジストリのイメージをその署名で検証する',
  },
  'arg.artifact': { en: 'File, or sha256:DIGEST', ja: 'ファイルまたは sha256:DIGEST' },
  'arg.artifact-file': { en: 'File to sign', ja: '署名するファイル' },
  'arg.verified': {
    en: 'File or sha256:DIGEST with --bundle; or HOST/REPOSITORY[:TAG][@DIGEST]',
    ja: 'ファイルまたは sha256:DIGEST（--bundle と併用）、または HOST/REPOSITORY[:TAG][@DIGEST]',
  },
  'flag.trust-store': {
    en: 'Folder with roots of the Notary Project (ca)',
    ja: 'Notary Project のルート証明書（ca）のフォルダー',
  },
  'flag.trusted-identity': {
    en: 'Signer of the Notary Project: x509.subject:C=..,ST=..,O=.., or *',
    ja: 'Notary Project の署名者（x509.subject:C=..,ST=..,O=..、または *）',
  },
  'flag.asked-type': {
    en: 'Ask for an attestation with this predicate type instead of a signature',
    ja: '署名ではなく、この種類の述語を持つ証明を要求する（URI）',
  },
  'column.condition': { en: 'CONDITION', ja: '条件' },
  'policy.verdict': { en: 'signature policy: {image}: {outcome}', ja: '署名ポリシー：{image}：{outcome}' },
  'policy.fulfilled': { en: 'fulfilled', ja: '満たしています' },
  'policy.refused': { en: 'REFUSED', ja: '拒否' },
  'policy.unknown': { en: 'UNKNOWN, which is not fulfilled', ja: '不明（満たしたとは扱いません）' },
  'flag.sign-key': { en: 'Private key (PEM)', ja: '秘密鍵（PEM）' },
  'flag.passphrase-file': {
    en: 'File with the passphrase of the key',
    ja: '鍵のパスフレーズを書いたファイル',
  },
  'flag.bundle-out': { en: 'Where to write the bundle', ja: 'バンドルの出力先' },
  'flag.bundle': { en: 'The bundle', ja: 'バンドル' },
  'flag.predicate': {
    en: 'File with the predicate (JSON object)',
    ja: '述語（JSON オブジェクト）のファイル',
  },
  'flag.predicate-type': { en: 'Type of the predicate (URI)', ja: '述語の種類（URI）' },
  'flag.verify-key': { en: 'Public key (PEM) that may have signed', ja: '署名を許す公開鍵（PEM）' },
  'flag.identity': {
    en: 'Identity that may have signed; * stands for any characters',
    ja: '署名を許す署名者（* は任意の文字列）',
  },
  'flag.issuer': { en: 'Who has to vouch for the identity', ja: '署名者を保証する発行者' },
  'flag.trust-root': {
    en: 'trusted_root.json with the logs and authorities to believe',
    ja: '信頼するログと認証局を書いた trusted_root.json',
  },
  'flag.log-entries': {
    en: 'Log entries, at least (default 0 for a key, 1 for an identity)',
    ja: '必要なログエントリーの数（既定は鍵 0、署名者 1）',
  },
  'column.holds': { en: 'HOLDS', ja: '成否' },
  'column.detail': { en: 'DETAIL', ja: '詳細' },
  'signature.written': { en: 'Bundle written: {path}', ja: 'バンドルを書き込みました：{path}' },
} as const satisfies TextPart;
