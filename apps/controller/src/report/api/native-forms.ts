// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRuleRow, LocalText } from '@bartizan/contracts';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { emitNativePolicies, NATIVE_MINOR, type NativeObject } from '@bartizan/engine/admission-native';
import { compileNativePolicy } from '@bartizan/engine/native-policy';
import type { KnownPolicy } from '../../admission-ports.ts';

/** How far a rule holds without us. */
export interface NativeForm {
  readonly native: AdmissionRuleRow['native'];
  readonly nativeReason?: LocalText;
  /** The policies and their bindings, in order; none when the webhook is needed. */
  readonly objects: readonly NativeObject[];
}

interface Known {
  readonly forms: ReadonlyMap<string, NativeForm>;
  /** When an exception ends, and with it the reason of some rules. */
  readonly untilMs: number;
}

/** Policies are immutable values, so what was written from one holds until an exception of it ends. */
const known = new WeakMap<KnownPolicy, Known>();

const OFF: NativeForm = { native: 'off', objects: [] };

function write(policy: KnownPolicy, nowMs: number): Known {
  const asked = policy.rules.filter(({ enabled, refused }) => enabled && refused === undefined);
  const exceptions = policy.exceptions.map(({ exception }) => exception);
  const { compiled, notExpressible } = emitNativePolicies(
    {
      rules: asked.map(({ rule }) => rule),
      bindings: policy.bindings.map(({ binding }) => binding),
      exceptions,
    },
    {
      nowMs,
      compileCel: ruleCelCompiler(),
      exemptNamespaces: ['kube-system', 'kube-node-lease'],
      imageVerdicts: { 'app.kubernetes.io/managed-by': 'bartizan' },
      fault: (made, binding) => {
        const judged = compileNativePolicy(made, { binding, minor: NATIVE_MINOR });
        return judged.ok ? undefined : judged.error.detail;
      },
    },
  );
  const forms = new Map<string, NativeForm>();
  for (const { rule, pairs } of compiled) {
    const objects = pairs.flatMap((pair) => [pair.policy, pair.binding]);
    const native = pairs.some(({ images }) => images !== undefined) ? 'native-with-parameters' : 'native';
    forms.set(rule, objects.length === 0 ? OFF : { native, objects });
  }
  for (const { rule, reason } of notExpressible)
    forms.set(rule, { native: 'webhook-only', nativeReason: reason, objects: [] });
  let untilMs = Number.MAX_SAFE_INTEGER;
  for (const { expiresAtMs } of exceptions) if (expiresAtMs > nowMs) untilMs = Math.min(untilMs, expiresAtMs);
  return { forms, untilMs };
}

/** The form of a rule under a policy; off when the rule is not asked. */
export function nativeForm(policy: KnownPolicy, rule: string, nowMs: number): NativeForm {
  const kept = known.get(policy);
  if (kept !== undefined && nowMs < kept.untilMs) return kept.forms.get(rule) ?? OFF;
  const written = write(policy, nowMs);
  known.set(policy, written);
  return written.forms.get(rule) ?? OFF;
}
