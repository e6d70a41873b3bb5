// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionOperation, err, failure, ok, type Result } from '@bartizan/contracts';
import { type AdmissionRequest, type AdmissionUser, resourceOf } from '@bartizan/engine/admission';
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

/** The request that would create, change or delete an object. E_POLICY_INVALID: it names no kind. */
export function requestOfObject(
  object: unknown,
  around: RequestAround,
): Result<AdmissionRequest, ApiFailure> {
  const kind = isRecord(object) ? text(object['kind']) : '';
  if (!isRecord(object) || kind === '')
    return err(failure('E_POLICY_INVALID', 'the object has no apiVersion and kind'));
  const apiVersion = text(object['apiVersion']);
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const { subResource = '', oldObject, resource, ...rest } = around;
  const [asGroup, asResource] = resource?.split('/') ?? [];
  return ok({
    ...rest,
    group: asGroup ?? group,
    resource: asResource ?? resourceOf(group, kind),
    subResource,
    kind,
    namespace: text(metadata['namespace']),
    name: text(metadata['name']) || text(metadata['generateName']),
    ...(around.operation === 'DELETE' ? { oldObject: oldObject ?? object } : { object }),
    ...(oldObject === undefined || around.operation === 'DELETE' ? {} : { oldObject }),
  });
}
