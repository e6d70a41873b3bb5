// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, ok, type Result } from '@bartizan/contracts';
import { compileWildcard, isWildcard } from '@bartizan/engine';
import { CUSTOM_POD_PATHS } from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import {
  emitNativePolicies,
  NATIVE_MINOR,
  type NativeEmission,
  type NativeObject,
} from '@bartizan/engine/admission-native';
import { compileNativePolicy } from '@bartizan/engine/native-policy';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { toJson } from '../output/json.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import type { EmitFlags } from './flags.ts';
import type { PolicyFiles } from './policy-files.ts';
import { compileRules, rulesOf } from './rule-sources.ts';

/** The rules that one of the globs names. */
function wanted(
  rules: readonly AdmissionRule[],
  globs: readonly string[] | undefined,
): Result<readonly AdmissionRule[], ApiFailure> {
  if (globs === undefined) return ok(rules);
  if (!globs.every(isWildcard)) return usage('--rules GLOB');
  const tests = globs.map(compileWildcard);
  const kept = rules.filter(({ id }) => tests.some((test) => test(id)));
  return kept.length === 0 ? usage(`--rules ${globs.join(' --rules ')}: no rules`) : ok(kept);
}

/** All in one mode, but what a binding switches off. */
const inMode = (files: PolicyFiles, mode: EmitFlags['mode']): PolicyFiles =>
  mode === undefined
    ? files
    : {
        ...files,
        rules: files.rules.map((rule) => ({ ...rule, mode })),
        bindings: files.bindings.map((one) => (one.mode === 'off' ? one : { ...one, mode })),
      };

async function emitted(context: CliContext, flags: EmitFlags): Promise<Result<NativeEmission, ApiFailure>> {
  const files = rulesOf(context.checkout, flags);
  if (!files.ok) return files;
  // What cannot be compiled must not be left out as if it had never been there.
  const set = await compileRules(files.value);
  if (!set.ok) return set;
  const kept = wanted(files.value.rules, flags.rules);
  if (!kept.ok) return kept;
  const names = new Set(kept.value.map(({ id }) => id));
  // The rules that are not asked for stay: one that allows decides what may be said of the others.
  const { compiled, notExpressible } = emitNativePolicies(
    { ...inMode(files.value, flags.mode), podPaths: CUSTOM_POD_PATHS },
    {
      compileCel: ruleCelCompiler(),
      nowMs: Date.now(),
      exemptNamespaces: flags.exemptNamespace ?? ['kube-system', 'kube-node-lease'],
      fault: (policy, binding) => {
        const judged = compileNativePolicy(policy, { binding, minor: NATIVE_MINOR });
        return judged.ok ? undefined : judged.error.detail;
      },
    },
  );
  return ok({
    compiled: compiled.filter(({ rule }) => names.has(rule)),
    notExpressible: notExpressible.filter(({ rule }) => names.has(rule)),
  });
}

interface Written {
  readonly items: readonly NativeObject[];
  /** Rules of which there are some. */
  readonly native: number;
  readonly left: NativeEmission['notExpressible'];
}

/** What refuses. */
const refusing = ({ compiled, notExpressible }: NativeEmission): Written => ({
  items: compiled.flatMap(({ pairs }) => pairs.flatMap(({ policy, binding }) => [policy, binding])),
  native: compiled.length,
  left: notExpressible,
});

/** What fills in safe defaults; rules that fill in none are not spoken of. */
function completing({ compiled }: NativeEmission): Written {
  const some = compiled.filter(({ mutations }) => mutations.length > 0);
  return {
    items: some.flatMap(({ mutations }) => mutations.flatMap(({ policy, binding }) => [policy, binding])),
    native: some.length,
    left: compiled.flatMap(({ rule, notMutable }) =>
      notMutable === undefined ? [] : [{ rule, reason: notMutable }],
    ),
  };
}

/** `policy emit vap` and `policy emit map`: the policies on stdout, what they leave out on stderr. */
export function runEmit(context: CliContext, flags: EmitFlags, what: 'vap' | 'map'): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const made = await emitted(context, flags);
    if (!made.ok) return made;
    const { items, native, left } = what === 'vap' ? refusing(made.value) : completing(made.value);
    const { process, t, language } = context;
    process.stdout.write(
      flags.output === 'json'
        ? `${toJson({ apiVersion: 'v1', kind: 'List', items }, 2)}\n`
        : items.map((item) => `---\n${toYaml(item)}`).join(''),
    );
    for (const { rule, reason } of left)
      process.stderr.write(`${plain(t('emit.left-out', { rule, reason: reason[language] }))}\n`);
    const summary = what === 'vap' ? 'emit.summary-vap' : 'emit.summary-map';
    process.stderr.write(`${t(summary, { native, rules: native + left.length })}\n`);
    return ok(items.length === 0 ? EXIT.failed : EXIT.fine);
  });
}
