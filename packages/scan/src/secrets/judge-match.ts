// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type FileRole, ok, type Result } from '@bartizan/contracts';
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
  if (checked.verification === 'unverified' && rule.confidence !== 'high') return err(checked.detail);
  const reasons: SecretReason[] = [
    { step: 'rule', detail: `${rule.id}, confidence of its shape ${rule.confidence}` },
    { step: 'check', detail: `${checked.verification}: ${checked.detail}` },
  ];
  let { severity } = rule;
  if (checked.verification === 'unverified' || checked.isBlunt === true) {
    severity = lowered(severity, LOWERED_BY);
    reasons.push({ step: 'state', detail: `severity lowered: ${checked.detail}` });
  }
  if (effect === 'lower') {
    severity = lowered(severity, checked.verification === 'verified' ? 1 : LOWERED_BY);
    reasons.push({ step: 'role', detail: `severity lowered: the file is of the kind ${role}` });
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
