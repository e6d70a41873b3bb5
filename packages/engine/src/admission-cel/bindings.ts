// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Evaluation } from '../admission/index.ts';
import { isUnknown } from '../admission/index.ts';
import { CelError, type JsonObject, type Value } from '../cel/index.ts';
import { isObject } from '../foreign-json.ts';

/** JSON is a value of CEL as it is; what is not there is null. */
const asValue = (value: unknown): Value =>
  value === undefined || value === null ? null : (value as JsonObject);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Something of which nobody can say anything now: whatever is asked of it is unknown, with the reason. */
const unknown = (reason: string): CelError => new CelError(reason, true);
const NOT_ASKED = unknown('the object does not come from a request: nobody asked for it');
const NO_NAMESPACE_FACTS = unknown('labels of namespaces are not at hand');

function requestValue({ request, value }: Evaluation): JsonObject {
  const { operation, group, resource, subResource, kind, namespace, name, user, dryRun = false } = request;
  const apiVersion = textOf(isObject(value) ? value['apiVersion'] : undefined);
  return {
    operation,
    kind: { group, version: apiVersion.slice(apiVersion.indexOf('/') + 1), kind },
    resource: { group, resource },
    ...(subResource === '' ? {} : { subResource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
    userInfo: user === undefined ? NOT_ASKED : { username: user.name, groups: [...user.groups] },
    dryRun,
  };
}

function namespaceValue({ request: { namespace }, context }: Evaluation): Value {
  if (namespace === '') return null;
  const facts = context.namespace?.(namespace);
  if (facts === undefined) return NO_NAMESPACE_FACTS;
  if (isUnknown(facts)) return unknown(facts.unknown);
  return {
    metadata: { name: namespace, labels: { ...facts.labels }, annotations: { ...facts.annotations } },
  };
}

/** The variables of the expressions of rules, for one decision. */
export const bindingsOf = (root: Evaluation): Readonly<Record<string, Value>> => ({
  object: asValue(root.request.object),
  oldObject: asValue(root.request.oldObject),
  pod: asValue(root.pod?.spec),
  request: requestValue(root),
  namespaceObject: namespaceValue(root),
});
