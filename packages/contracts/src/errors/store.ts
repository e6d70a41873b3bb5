// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of the store. */
export const STORE_ERRORS = {
  E_STORE_FULL: {
    status: 503,
    title: { en: 'The disk is full; nothing new is stored', ja: 'ディスクがいっぱいのため保存できません' },
    remedy: {
      en: 'Free disk space; writing goes on by itself once there is room.',
      ja: 'ディスクの空きを増やしてください。空きができると自動的に再開します。',
    },
  },
  E_STORE_CORRUPT: {
    status: 503,
    title: { en: 'The store did not pass its integrity check', ja: 'ストアの整合性検査に失敗しました' },
    remedy: {
      en: 'Restore the last backup with `bartizan restore FILE`.',
      ja: '`bartizan restore FILE` で直近のバックアップを復元してください。',
    },
  },
  E_STORE_NEWER: {
    status: 503,
    title: { en: 'The data was written by a newer version', ja: 'より新しい版が書き込んだデータです' },
    remedy: {
      en: 'Use that version or newer, or restore a backup of this version.',
      ja: 'その版以降を使うか、この版のバックアップを復元してください。',
    },
  },
  E_STORE_MIGRATION: {
    status: 503,
    title: { en: 'A migration failed and was rolled back', ja: '移行に失敗し、元に戻しました' },
    remedy: {
      en: 'The data is as before; the log names the step. Report it with a support bundle.',
      ja: 'データは変更前の状態です。ログに失敗した手順が記録されています。',
    },
  },
  E_STORE_IO: {
    status: 503,
    title: { en: 'The store cannot be read or written', ja: 'ストアの読み書きができません' },
    remedy: {
      en: 'Check the disk and the rights of the data folder.',
      ja: 'ディスクとデータフォルダーの権限を確認してください。',
    },
  },
  E_KEY_MISSING: {
    status: 503,
    title: { en: 'The encryption key is missing', ja: '暗号鍵が見つかりません' },
    remedy: {
      en: 'Put the key file back, or restore a backup with its passphrase. Without both, sealed secrets are lost.',
      ja: '鍵ファイルを戻すか、パスフレーズでバックアップを復元してください。どちらもない場合、暗号化された秘密は失われます。',
    },
  },
  E_BACKUP_PASSPHRASE: {
    status: 400,
    title: { en: 'The passphrase does not open this backup', ja: 'このバックアップのパスフレーズが違います' },
    remedy: {
      en: 'Use the passphrase the backup was made with.',
      ja: 'バックアップ作成時のパスフレーズを指定してください。',
    },
  },
  E_BACKUP_INVALID: {
    status: 400,
    title: { en: 'The file is not a whole backup of ours', ja: '有効なバックアップファイルではありません' },
    remedy: {
      en: 'Check that the file was copied whole.',
      ja: 'ファイルが完全にコピーされているか確認してください。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
