// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionOperation, AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type ImageFacts,
  resourceOf,
  unknown,
} from '@bartizan/engine/admission';

/** One example of a rule. */
export type Example = AdmissionRule['tests']['mustPass'][number];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The request that would bring an object, as the API server would say it. */
export function requestFor(
  object: unknown,
  more: {
    readonly operation?: AdmissionOperation;
    readonly oldObject?: unknown;
    readonly user?: string;
    readonly resource?: string;
  } = {},
): AdmissionRequest {
  const value = isObject(object) ? object : {};
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const [group = ''] = textOf(value['apiVersion']).split('/').slice(0, -1);
  const kind = textOf(value['kind']);
  const [asGroup, asResource, asSub = ''] = (more.resource ?? `${group}/${resourceOf(group, kind)}`).split(
    '/',
  );
  const operation = more.operation ?? 'CREATE';
  return {
    operation,
    group: asGroup ?? '',
    resource: asResource ?? '',
    subResource: asSub,
    kind,
    namespace: textOf(metadata['namespace']),
    name: textOf(metadata['name']),
    ...(operation === 'DELETE' ? {} : { object }),
    ...(more.oldObject === undefined ? {} : { oldObject: more.oldObject }),
    ...(more.user === undefined ? {} : { user: { name: more.user, groups: ['system:authenticated'] } }),
  };
}

/** The request of an example: its sub-resource is one that the rule matches. */
export function exampleRequest(rule: AdmissionRule, example: Example): AdmissionRequest {
  const { object, oldObject, operation, subResource, user } = example;
  const resource = rule.match.resources.find(
    (name) => subResource !== undefined && name.endsWith(`/${subResource}`),
  );
  const before = operation === 'DELETE' ? (oldObject ?? object) : oldObject;
  return requestFor(object, {
    ...(operation === undefined ? {} : { operation }),
    ...(before === undefined ? {} : { oldObject: before }),
    ...(user === undefined ? {} : { user }),
    ...(resource === undefined ? {} : { resource }),
  });
}

const PLANTED = 'planted-credential';

/** Facts for examples: images as the example says, one risky account, one planted credential. */
export const exampleContext = (example: Example): AdmissionContext => ({
  image: (reference) =>
    (example.images?.[reference] as ImageFacts | undefined) ?? unknown('the example says nothing of it'),
  serviceAccount: (_namespace, name) => ({ riskTags: name === 'risky' ? ['view-secrets'] : [] }),
  credentialsIn: (_name, value) => (value === PLANTED ? ['planted'] : []),
});
