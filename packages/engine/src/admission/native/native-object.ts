// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CompiledAdmissionRule } from '../rules/compile-rule.ts';

/** One object of admissionregistration.k8s.io/v1, ready to be written as YAML. */
export interface NativeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind:
    | 'ValidatingAdmissionPolicy'
    | 'ValidatingAdmissionPolicyBinding'
    | 'MutatingAdmissionPolicy'
    | 'MutatingAdmissionPolicyBinding';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

const API = 'admissionregistration.k8s.io/v1';
const NAME_MAX = 253;

/** How objects of ours are called and marked. */
export interface Naming {
  readonly prefix?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The name of the objects by which a binding puts a rule in force. */
export const objectName = (rule: string, binding: string | undefined, { prefix }: Naming): string =>
  `${prefix ?? 'bartizan.'}${rule}${binding === undefined ? '' : `.${binding}`}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, NAME_MAX);

/** An object that says which rule it was written from. */
export function nativeObject(
  kind: NativeObject['kind'],
  name: string,
  { rule, revision }: CompiledAdmissionRule,
  { labels, spec }: Naming & Pick<NativeObject, 'spec'>,
): NativeObject {
  const metadata = {
    name,
    labels: { 'app.kubernetes.io/managed-by': 'bartizan', ...labels },
    annotations: { 'policy.bartizan.dev/rule': rule.id, 'policy.bartizan.dev/revision': revision },
  };
  return { apiVersion: API, kind, metadata, spec };
}

/** Where a binding holds: in every namespace but those that are left alone. */
export const elsewhereThan = (exempt: readonly string[]): object => ({
  key: 'kubernetes.io/metadata.name',
  operator: 'NotIn',
  values: [...exempt],
});
