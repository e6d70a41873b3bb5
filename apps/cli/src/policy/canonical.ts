// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AdmissionBinding, AdmissionException, AdmissionRule, type PolicyKind } from '@bartizan/contracts';
import { toYaml } from '../output/yaml.ts';
import { isMapping } from './kubernetes-object.ts';
import { ENABLED, POLICY_API, type PolicyFiles } from './policy-files.ts';

/** One policy object as a file holds it. */
interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: PolicyKind;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The same value with the keys of every mapping in order: what is equal looks equal. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([one], [two]) => (one < two ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}

/** Fields in the order of the contract, as people read them; what is inside them by key. */
function specOf(value: object, order: readonly string[]): Record<string, unknown> {
  const fields = new Map(Object.entries(value));
  return Object.fromEntries(
    order
      .filter((key) => key !== 'id' && fields.get(key) !== undefined)
      .map((key) => [key, sorted(fields.get(key))]),
  );
}

/** A rule; one that is kept and not asked says so in an annotation. */
export const ruleDocument = (rule: AdmissionRule, isEnabled = true): PolicyDocument => ({
  apiVersion: POLICY_API,
  kind: 'AdmissionRule',
  metadata: { name: rule.id, ...(isEnabled ? {} : { annotations: { [ENABLED]: 'false' } }) },
  spec: specOf(rule, Object.keys(AdmissionRule.properties)),
});

const bindingDocument = (binding: AdmissionBinding): PolicyDocument => ({
  apiVersion: POLICY_API,
  kind: 'AdmissionBinding',
  metadata: { name: binding.id },
  spec: specOf(binding, Object.keys(AdmissionBinding.properties)),
});

/** An exception says when it ends as people write it. */
const exceptionDocument = ({ expiresAtMs, ...rest }: AdmissionException): PolicyDocument => ({
  apiVersion: POLICY_API,
  kind: 'AdmissionException',
  metadata: { name: rest.id },
  spec: {
    ...specOf(rest, Object.keys(AdmissionException.properties)),
    expires: new Date(expiresAtMs).toISOString(),
  },
});

/** First line of files that an export wrote; only such files are ever taken away again. */
export const WRITTEN = '# Written by `bartizan policy export`.\n';

/** The files of a set, by path: one object each. A binding's number is its place, since the first that fits decides. */
export function canonicalFiles(files: Omit<PolicyFiles, 'others'>): ReadonlyMap<string, string> {
  const off = new Set(files.disabled);
  const byId = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.toSorted((one, two) => (one.id < two.id ? -1 : 1));
  const documents: (readonly [string, PolicyDocument])[] = [
    ...files.bindings.map(
      (one, at) =>
        [`bindings/${String(at + 1).padStart(3, '0')}-${one.id}.yaml`, bindingDocument(one)] as const,
    ),
    ...byId(files.exceptions).map((one) => [`exceptions/${one.id}.yaml`, exceptionDocument(one)] as const),
    ...byId(files.rules).map((one) => [`rules/${one.id}.yaml`, ruleDocument(one, !off.has(one.id))] as const),
  ];
  return new Map(documents.map(([path, document]) => [path, `${WRITTEN}${toYaml(document)}`]));
}
