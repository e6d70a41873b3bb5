// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AdmissionBinding, AdmissionException, AdmissionRule } from '@bartizan/contracts/admission';
import { isObject } from '../foreign-json.ts';
import { ENABLED, POLICY_API, type PolicyItem } from './document.ts';

/** One policy object as files and clusters hold it. */
export interface PolicyDocument {
  readonly apiVersion: string;
  readonly kind: PolicyItem['kind'];
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The same value with the keys of every mapping in order: what is equal looks equal. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
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

const orderOf = (schema: { readonly properties: object }): string[] => Object.keys(schema.properties);

/** The one form in which a policy object is written: the same object always gives the same document. */
export function policyDocument(item: PolicyItem): PolicyDocument {
  const { kind, id: name } = item;
  const head = { apiVersion: POLICY_API, kind };
  if (item.kind === 'AdmissionRule') {
    const metadata = { name, ...(item.enabled ? {} : { annotations: { [ENABLED]: 'false' } }) };
    return { ...head, metadata, spec: specOf(item.rule, orderOf(AdmissionRule)) };
  }
  if (item.kind === 'AdmissionBinding')
    return { ...head, metadata: { name }, spec: specOf(item.binding, orderOf(AdmissionBinding)) };
  // An exception says when it ends as people write it.
  const { expiresAtMs, ...rest } = item.exception;
  const expires = new Date(expiresAtMs).toISOString();
  return {
    ...head,
    metadata: { name },
    spec: { ...specOf(rest, orderOf(AdmissionException)), expires },
  };
}
