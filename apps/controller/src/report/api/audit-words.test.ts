// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SINCE_START } from '../../system-scope-journal.ts';
import { auditWords } from './audit-words.ts';

const SOURCE = join(import.meta.dirname, '../..');
const JAPANESE = /[ぁ-んァ-ヶ一-龠]/;

describe('the detail of an audit record', () => {
  it.each([
    ['E_LOGIN_FAILED: name or password is wrong', '名前またはパスワードが違います（E_LOGIN_FAILED）'],
    ['E_JOIN_PROOF', expect.stringMatching(JAPANESE)],
    [
      'E_LOGIN_FAILED: name or password is wrong; 25 more since 2027-01-01T00:00:00.000Z',
      '名前またはパスワードが違います（E_LOGIN_FAILED）、2027-01-01T00:00:00.000Z 以降さらに 25 件',
    ],
    [
      'E_JOIN_PROOF; 99 more since 2027-01-01T00:00:00.000Z',
      expect.stringMatching(/^.+（E_JOIN_PROOF）、2027-01-01T00:00:00.000Z 以降さらに 99 件$/),
    ],
    [
      '760 others refused since 2027-01-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z 以降、ほかに 760 件を拒否',
    ],
    ['serial 0a1f', 'シリアル番号 0a1f'],
    ['trust ab12', '信頼する鍵 ab12'],
    ['4096 bytes', '4096 バイト'],
    [
      'package:lodash until 2027-01-01T00:00:00.000Z, Rin: no way in',
      'package:lodash、期限 2027-01-01T00:00:00.000Z、Rin: no way in',
    ],
    ['deleted; restored', '削除されたため復元'],
    ['changed by kubectl-edit; restored', 'kubectl-edit により変更されたため復元'],
    [
      'ServiceAccount/shop/web gets ClusterRole/view in shop for 1 h: slow orders',
      'ServiceAccount/shop/web、ClusterRole/view、shop、1 時間: slow orders',
    ],
    ['User/ann gets get pods/log in * for 30 min: x', 'User/ann、get pods/log、クラスター全体、30 分: x'],
    ['in the cluster until 2027-01-01T00:00:00.000Z', 'クラスターに反映、期限 2027-01-01T00:00:00.000Z'],
    ['over: in-cluster', '終了: クラスター上でのバインディングの削除'],
    [
      'changed in the cluster by kubectl-edit; left as it is',
      'kubectl-edit によりクラスター上で変更（元に戻さない）',
    ],
    [
      'the controller may not write it: to be applied by hand',
      'コントローラーに書き込み権限がないため手動で適用',
    ],
    [
      'RoleBinding/bartizan-access-1 removed: over, and no request knows of it',
      'RoleBinding/bartizan-access-1 を削除: 期限切れで、対応する申請がない',
    ],
    ['only compared: nothing to change', '比較のみ: 変更なし'],
    ['applied: create AdmissionRule/shop.one', '適用: create AdmissionRule/shop.one'],
    ['revision 0a1f, mode warn, disabled', 'リビジョン 0a1f、モード warn、無効'],
    [SINCE_START, '起動後の最初の使用'],
  ])('%s is told in Japanese', (detail, ja) => {
    expect(auditWords(detail)).toEqual({ en: expect.any(String), ja });
  });

  it.each(['', 'security-reader', 'we take this risk until May', 'E_NEVER_HEARD_OF', '{"role":"admin"}'])(
    '%j stays as it is',
    (detail) => {
      expect(auditWords(detail)).toBeUndefined();
    },
  );

  it('is written by the product in no other form than these', () => {
    const written = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) =>
        [...readFileSync(join(SOURCE, path), 'utf8').matchAll(/auditDetail: (['`])(.+?)\1/g)].map(
          (match) => match[2] ?? '',
        ),
      );
    // Words between what is filled in: each needs a form above.
    expect(written.map((text) => text.replaceAll(/\$\{[^}]+\}/g, '1').trim())).toEqual(
      expect.arrayContaining(['1 bytes']),
    );
    const wordy = written
      .map((text) => text.replaceAll(/\$\{[^}]+\}/g, '1'))
      .filter((text) => /[a-z]{3}/.test(text) && auditWords(text) === undefined);
    expect(wordy).toEqual([]);
  });
});
