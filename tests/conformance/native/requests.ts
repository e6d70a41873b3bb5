// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRequest, POD_PATHS } from '@bartizan/engine/admission';
import type { NativeObject, NativePair, NativeRule } from '@bartizan/engine/admission-native';
import {
  type CompiledNativePolicy,
  compileNativePolicy,
  judgeNativePolicy,
  type NativeRequest,
} from '@bartizan/engine/native-policy';

type Json = NonNullable<NativeRequest['object']>;

/** JSON as the API server keeps it: what is null is left out. */
export function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(asStored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null && one !== undefined)
      .map(([key, one]) => [key, asStored(one)]),
  );
}

const NAMESPACE_LABELS = { 'kubernetes.io/metadata.name': 'shop', team: 'a' };

/** What closures know of namespaces: the same as the API server. */
export const namespaceFacts = () => ({ labels: NAMESPACE_LABELS, annotations: {} });

/** A request of ours as the API server puts it to its policies. */
export function nativeRequest(request: AdmissionRequest): NativeRequest {
  const { group, resource, subResource, kind, namespace, name, operation, user } = request;
  const version = 'v1';
  const namespaceObject = { metadata: { name: namespace, labels: NAMESPACE_LABELS } };
  return {
    operation,
    kind: { group, version, kind },
    resource: { group, version, resource },
    subResource,
    namespace,
    name,
    userInfo: { username: user?.name ?? '', groups: [...(user?.groups ?? [])] },
    dryRun: request.dryRun ?? false,
    ...(request.object === undefined ? {} : { object: request.object as Json }),
    ...(request.oldObject === undefined ? {} : { oldObject: request.oldObject as Json }),
    ...(namespace === '' ? {} : { namespaceObject }),
  };
}

/** What is wrong with a policy; nothing when an API server of this version takes it. */
export const faultAt =
  (minor: number) =>
  (policy: NativeObject, binding: NativeObject): string | undefined => {
    const compiled = compileNativePolicy(policy, { binding, minor });
    return compiled.ok ? undefined : compiled.error.detail;
  };

const compiledPair = ({ policy, binding }: NativePair): CompiledNativePolicy => {
  const compiled = compileNativePolicy(policy, { binding });
  if (!compiled.ok) throw new Error(`${policy.metadata.name}: ${compiled.error.detail}`);
  return compiled.value;
};

/** Asks the policies of a rule: whether one of them refuses, or what went wrong instead of being decided. */
export function nativeJudge({ pairs }: NativeRule): (request: NativeRequest) => boolean | string {
  const policies = pairs.map(compiledPair);
  return (request) => {
    const judged = policies.map((policy) => judgeNativePolicy(policy, request));
    const fault = judged.flatMap(({ reasons }) => reasons).find(({ kind }) => kind !== 'validation');
    return fault === undefined ? judged.some(({ verdict }) => verdict === 'deny') : fault.message;
  };
}

const at = (template: readonly (string | number)[], pod: object): object =>
  template.reduceRight<object>((inner, key) => ({ [key]: inner }), pod);

/** A pod in one of the kinds that hold pods, and the request that brings it. */
export function workloadRequest(pod: Readonly<Record<string, unknown>>, turn: number): AdmissionRequest {
  const row = POD_PATHS[turn % POD_PATHS.length];
  if (row === undefined) throw new Error('there are no kinds');
  const { group, resource, kind, template } = row;
  const { metadata, spec } = pod;
  const object = {
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    kind,
    ...at(template, { metadata, spec }),
  };
  return {
    operation: 'CREATE',
    group,
    resource,
    subResource: '',
    kind,
    namespace: 'shop',
    name: 'p',
    object: asStored(object),
    user: { name: 'jane', groups: ['system:authenticated'] },
  };
}
