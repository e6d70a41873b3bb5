// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionMode, type LocalText, ok, type Result } from '@bartizan/contracts';
import type { CompiledAdmissionRule, Variant } from '../rules/compile-rule.ts';
import { renamed } from './cel-text.ts';
import { elsewhereThan, type Naming, type NativeObject, nativeObject, objectName } from './native-object.ts';
import { repairText } from './repair.ts';
import { type Guard, matchGuards } from './scope.ts';
import { namesFor, variablesFor } from './variables.ts';

/** Namespaces with this label, and the value true, have safe defaults filled in: by the webhook, and by the API server itself. */
export const MUTATE_LABEL = 'policy.bartizan.dev/mutate';

/** One way the repair of a rule is filled in, as the API server holds it. */
export interface NativeMutation {
  readonly policy: NativeObject;
  readonly binding: NativeObject;
  readonly mode: AdmissionMode;
}

/** What is filled in is filled in when a Pod is created, as by the webhook. */
const isOfPods = ({ match }: CompiledAdmissionRule['rule']): boolean =>
  match.operations.includes('CREATE') &&
  match.resources.some((one) => ['workloads', '/pods', '/*', '*/pods', '*/*', '*'].includes(one));

/** Whether the webhook fills in something for a rule in this mode. */
export const isMutating = ({ rule }: CompiledAdmissionRule, mode: AdmissionMode): boolean =>
  mode !== 'audit' && isOfPods(rule) && (rule.fix?.patch?.length ?? 0) > 0;

const CREATED = { names: namesFor(['CREATE']).now, holder: 'optional.of(object)' };

/** The kubelet shows Pods that run already: nobody can change them any more. */
const NOT_A_KUBELET = {
  name: 'not-a-kubelet',
  expression: "!request.userInfo.groups.exists(group, group == 'system:nodes')",
};

/** The repair of a rule, where one of its bindings has it in force, as a MutatingAdmissionPolicy. */
export function mutationOf(
  compiled: CompiledAdmissionRule,
  variant: Variant & { readonly mode: AdmissionMode },
  scope: readonly Guard[],
  options: Naming & { readonly exemptNamespaces?: readonly string[] },
): Result<NativeMutation, LocalText> {
  const { rule } = compiled;
  const { mode, parameters } = variant;
  const repair = repairText(rule.fix?.patch ?? [], rule.condition, parameters);
  if (!repair.ok) return repair;
  const { names, holder } = CREATED;
  const guards = [...matchGuards(rule.match), ...scope];
  const inner = guards.filter(({ ofNamespace }) => ofNamespace).map(({ text }) => renamed(text, names));
  const text = renamed(repair.value, names);
  const expression = inner.length === 0 ? text : `${inner.join(' && ')} ? ${text} : []`;
  const variables = variablesFor([expression], holder, namesFor(['CREATE']));
  const conditions = guards
    .filter(({ ofNamespace }) => !ofNamespace)
    .map((one, at) => ({ name: `${at + 1}-${one.name}`, expression: one.text }));
  const name = objectName(rule.id, variant.binding, options);
  const spec = {
    // A default that cannot be worked out is no reason to refuse: whether the rule is violated is decided afterwards.
    failurePolicy: 'Ignore',
    // Policies come in no order: what another one filled in may be what this one has to look at again.
    reinvocationPolicy: 'IfNeeded',
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [
        { apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: ['pods'], scope: '*' },
      ],
    },
    matchConditions: [NOT_A_KUBELET, ...conditions],
    ...(variables.length === 0 ? {} : { variables }),
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
  };
  const exempt = options.exemptNamespaces ?? [];
  const namespaceSelector = {
    matchExpressions: [
      ...(exempt.length === 0 ? [] : [elsewhereThan(exempt)]),
      { key: MUTATE_LABEL, operator: 'In', values: ['true'] },
    ],
  };
  const matchResources = { matchPolicy: 'Equivalent', namespaceSelector, objectSelector: {} };
  const make = (kind: NativeObject['kind'], body: NativeObject['spec']): NativeObject =>
    nativeObject(kind, name, compiled, { ...options, spec: body });
  return ok({
    policy: make('MutatingAdmissionPolicy', spec),
    binding: make('MutatingAdmissionPolicyBinding', { policyName: name, matchResources }),
    mode,
  });
}
