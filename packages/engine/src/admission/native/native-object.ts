// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { contentHash } from '../../revision/index.ts';
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

const clean = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-');
/** As the contract has ids: never two dashes side by side, nor one at an end. */
const ID = /^[a-z0-9]+([.-][a-z0-9]+)*$/;
const HASH_LENGTH = 16;

/**
 * The name of the objects by which a binding puts a rule in force. No two pairs have the same one: two dashes stand between the ids,
 * and three before the hash of those that are too long or no ids at all.
 */
export function objectName(
  rule: string,
  binding: string | undefined,
  { prefix = 'bartizan.' }: Naming,
): string {
  const ids = binding === undefined ? [rule] : [rule, binding];
  const name = clean(`${prefix}${ids.join('--')}`);
  if (name.length <= NAME_MAX && ids.every((id) => ID.test(id))) return name;
  const ending = `---${contentHash(ids).slice(0, HASH_LENGTH)}`;
  return name.slice(0, NAME_MAX - ending.length).replace(/[.-]+$/, '') + ending;
}

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
