// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileRole, Result, SecretEvidence, SecretRule } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { checkSecret } from './checks/check-secret.ts';
import { effectOf, lowered } from './file-role.ts';
import { fingerprintOf, previewOf } from './keep.ts';
import { plainReason, standInReason } from './plausible.ts';
import type { CompiledRule } from './rule-set.ts';
import type { SecretMatch, SecretReason } from './secret-match.ts';

/** What judging needs besides the value. */
export interface JudgeContext {
  readonly roles: readonly FileRole[];
  readonly hashKey: Uint8Array;
  readonly nowMs: number;
}

/** A match without its place. */
export type JudgedMatch = Pick<
  SecretMatch,
  'rule' | 'preview' | 'fingerprint' | 'verification' | 'severity' | 'roles' | 'reasons' | 'publicKey'
>;

const CONFIDENCE_JA: Readonly<Record<SecretRule['confidence'], string>> = {
  high: '高',
  medium: '中',
  low: '低',
};
const VERIFICATION_JA: Readonly<Record<SecretEvidence['verification'], string>> = {
  verified: '確認済み',
  plausible: '形は正しい',
  unverified: '確認できない',
};
const ROLE_JA: Readonly<Record<FileRole, string>> = {
  distribution: 'ディストリビューションのファイル',
  'lock-file': 'ロックファイル',
  minified: '圧縮されたコード',
  test: 'テスト',
  documentation: '文書',
  vendored: '取り込んだ外部コード',
  binary: 'バイナリ',
};

/** How many steps a failed check and a role lower the severity. */
const LOWERED_BY = 2;

/**
 * Judges one value: a match, or why it is none. From here on the value itself is gone: a match holds its preview and
 * its keyed hash only.
 */
export const judgeMatch = (
  compiled: CompiledRule,
  value: string,
  context: JudgeContext,
): Result<JudgedMatch, string> => {
  const { rule } = compiled;
  const weak = plainReason(value, rule) ?? standInReason(value, rule.confidence);
  if (weak !== undefined) return err(weak);
  const { effect, role } = effectOf(context.roles, rule.confidence);
  if (effect === 'drop') return err(`the file is of the kind ${role}`);
  const checked = checkSecret(rule.check, value, context.nowMs);
  // A shape that says little by itself, and a check that fails: then nothing speaks for a secret.
  if (checked.verification === 'unverified' && rule.confidence !== 'high') return err(checked.detail.en);
  const reasons: SecretReason[] = [
    {
      step: 'rule',
      detail: {
        en: `${rule.id}, confidence of its shape ${rule.confidence}`,
        ja: `${rule.id}（形の確かさ：${CONFIDENCE_JA[rule.confidence]}）`,
      },
    },
    {
      step: 'check',
      detail: {
        en: `${checked.verification}: ${checked.detail.en}`,
        ja: `${VERIFICATION_JA[checked.verification]}：${checked.detail.ja}`,
      },
    },
  ];
  let { severity } = rule;
  if (checked.verification === 'unverified' || checked.isBlunt === true) {
    severity = lowered(severity, LOWERED_BY);
    reasons.push({
      step: 'state',
      detail: { en: `severity lowered: ${checked.detail.en}`, ja: `深刻度を下げる：${checked.detail.ja}` },
    });
  }
  if (effect === 'lower') {
    severity = lowered(severity, checked.verification === 'verified' ? 1 : LOWERED_BY);
    reasons.push({
      step: 'role',
      detail: {
        en: `severity lowered: the file is of the kind ${role}`,
        ja: `深刻度を下げる：ファイルの種類は${role === undefined ? '不明' : ROLE_JA[role]}`,
      },
    });
  }
  return ok({
    rule,
    preview: previewOf(value),
    fingerprint: fingerprintOf(value, context.hashKey),
    verification: checked.verification,
    severity,
    roles: context.roles,
    reasons,
    ...(checked.publicKey === undefined ? {} : { publicKey: checked.publicKey }),
  });
};
