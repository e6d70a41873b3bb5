// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
} from '@bartizan/engine/admission';
import type { NativeObject, NativeRule } from '@bartizan/engine/admission-native';

/** The label of an object says which rules are asked about it. */
export const GROUP_LABEL = 'bartizan.dev/asked-by';
/** The API server cuts warnings off at 4,096 characters in all; so many short ones always fit. */
const GROUP_SIZE = 40;

/** A rule under a short name. */
export interface AskedRule {
  readonly name: string;
  readonly group: string;
  readonly rule: string;
  readonly objects: readonly NativeObject[];
}

const shortSpec = ({ spec }: NativeObject): Readonly<Record<string, unknown>> => ({
  ...spec,
  validations: (spec['validations'] as readonly Readonly<Record<string, unknown>>[]).map(
    ({ messageExpression: _long, ...validation }) => ({ ...validation, message: '-' }),
  ),
});

/** Policies that warn instead of refusing, so that one request asks all rules of a group and tells what was made of the object. */
export function askedRules(native: readonly NativeRule[]): AskedRule[] {
  return native
    .filter(({ pairs }) => pairs.length > 0)
    .map(({ rule, pairs }, at) => {
      const name = `r${at}`;
      const group = `g${Math.floor(at / GROUP_SIZE)}`;
      const objects = pairs.flatMap(({ policy, binding }, turn) => {
        const metadata = { ...policy.metadata, name: `${name}.${turn}` };
        const spec = {
          ...binding.spec,
          policyName: metadata.name,
          validationActions: ['Warn'],
          matchResources: { objectSelector: { matchLabels: { [GROUP_LABEL]: group } } },
        };
        return [
          { ...policy, metadata, spec: shortSpec(policy) },
          { ...binding, metadata, spec },
        ];
      });
      return { name, group, rule, objects };
    });
}

/** The rules that warned. */
export const warnedBy = (asked: readonly AskedRule[], warnings: string): ReadonlySet<string> => {
  const names = new Set(
    [...warnings.matchAll(/ValidatingAdmissionPolicy '(r\d+)\.\d+'/g)].map((found) => found[1]),
  );
  return new Set(asked.filter(({ name }) => names.has(name)).map(({ rule }) => rule));
};

/** What the closures of all rules say of a request, each for itself. */
export function closures(
  rules: readonly AdmissionRule[],
): (request: AdmissionRequest, context: AdmissionContext) => ReadonlySet<string> {
  const set = compileAdmissionPolicy({ rules: rules.map((rule) => ({ ...rule, mode: 'enforce' })) });
  if (!set.ok) throw new Error(set.error.detail);
  return (request, context) =>
    new Set(
      judgeAdmission(set.value, request, context, 0)
        .violations.filter(({ mode, state }) => mode === 'enforce' && state === 'violated')
        .map(({ rule }) => rule),
    );
}
