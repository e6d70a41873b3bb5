// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionOperation, err, failure, ok, type Result } from '@bartizan/contracts';
import type { AdmissionRequest, AdmissionUser } from '@bartizan/engine/admission';
import type { ApiFailure } from '../../ports.ts';

/** What an object alone does not say. */
export interface RequestAround {
  readonly operation: AdmissionOperation;
  readonly oldObject?: unknown;
  readonly subResource?: string;
  /** group/resource, where the kind does not tell: a Scale is a sub-resource of many. */
  readonly resource?: string;
  readonly user?: AdmissionUser;
  readonly owner?: string;
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Plural names that are not the kind with an s. */
const PLURALS: Readonly<Record<string, string>> = {
  Endpoints: 'endpoints',
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
  NetworkPolicy: 'networkpolicies',
  PriorityClass: 'priorityclasses',
  RuntimeClass: 'runtimeclasses',
  StorageClass: 'storageclasses',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
};

/** The resource of a kind, by the rule of the API server (meta.UnsafeGuessKindToResource). */
export function pluralOf(kind: string): string {
  const known = PLURALS[kind];
  if (known !== undefined) return known;
  const lower = kind.toLowerCase();
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** The request that would create, change or delete an object. E_POLICY_INVALID: it names no kind. */
export function requestOfObject(
  object: unknown,
  around: RequestAround,
): Result<AdmissionRequest, ApiFailure> {
  const kind = isRecord(object) ? text(object['kind']) : '';
  if (!isRecord(object) || kind === '')
    return err(failure('E_POLICY_INVALID', 'the object has no apiVersion and kind'));
  const apiVersion = text(object['apiVersion']);
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const { subResource = '', oldObject, resource, ...rest } = around;
  const [asGroup, asResource] = resource?.split('/') ?? [];
  return ok({
    ...rest,
    group: asGroup ?? (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''),
    resource: asResource ?? pluralOf(kind),
    subResource,
    kind,
    namespace: text(metadata['namespace']),
    name: text(metadata['name']) || text(metadata['generateName']),
    ...(around.operation === 'DELETE' ? { oldObject: oldObject ?? object } : { object }),
    ...(oldObject === undefined || around.operation === 'DELETE' ? {} : { oldObject }),
  });
}
