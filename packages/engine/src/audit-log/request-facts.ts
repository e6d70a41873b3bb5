// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import { entryOf, isObject, memberOf } from '../foreign-json.ts';
import { cleanHostPath } from '../host-path.ts';
import { podSecurityLevel } from './pod-security-level.ts';

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 256) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 512) : '');
const texts = (value: unknown): string[] =>
  items(value)
    .map(text)
    .filter((item) => item !== '');

/** Who gets a role and which. */
const ofBinding = (body: unknown): Facts => ({
  'audit.role': `${text(memberOf(body, 'roleRef', 'kind'))}/${text(memberOf(body, 'roleRef', 'name'))}`,
  'audit.subjects': items(memberOf(body, 'subjects')).map(
    (one) => `${text(memberOf(one, 'kind'))}:${text(memberOf(one, 'name'))}`,
  ),
});

function ofRole(body: unknown): Facts {
  const rules = items(memberOf(body, 'rules'));
  const verbs = rules.flatMap((rule) => texts(memberOf(rule, 'verbs')));
  const resources = rules.flatMap((rule) => texts(memberOf(rule, 'resources')));
  return {
    'audit.wildcard-rule': verbs.includes('*') || resources.includes('*'),
    'audit.risky-verbs': ['escalate', 'bind', 'impersonate'].filter((verb) => verbs.includes(verb)),
  };
}

function ofPod(body: unknown): Facts {
  const spec = memberOf(body, 'spec');
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    items(memberOf(spec, list)),
  );
  return {
    'audit.privileged':
      containers.some((one) => memberOf(one, 'securityContext', 'privileged') === true) ||
      ['hostPID', 'hostNetwork', 'hostIPC'].some((name) => memberOf(spec, name) === true),
    'audit.host-paths': items(memberOf(spec, 'volumes'))
      .map((volume) => text(memberOf(volume, 'hostPath', 'path')))
      .filter((path) => path !== '')
      .map(cleanHostPath),
  };
}

function ofNamespace(body: unknown, patch: unknown): Facts {
  const level = podSecurityLevel(body, patch);
  return level === undefined ? {} : { 'audit.pod-security': level };
}

const READERS: Readonly<Record<string, (body: unknown) => Facts>> = {
  rolebindings: ofBinding,
  clusterrolebindings: ofBinding,
  roles: ofRole,
  clusterroles: ofRole,
  pods: ofPod,
  services: (body) => ({ 'audit.object-type': text(memberOf(body, 'spec', 'type')) || 'ClusterIP' }),
  // The type alone: what a Secret holds is never read.
  secrets: (body) => ({ 'audit.object-type': text(memberOf(body, 'type')) || 'Opaque' }),
};

/**
 * What the body of a request says about its shape; nothing when the audit policy does not record bodies. `patch`: what
 * a patch asked for, beside what became of it.
 */
export function requestFacts(resource: string, body: unknown, patch?: unknown): Facts {
  if (resource === 'namespaces') return ofNamespace(body, patch);
  return isObject(body) ? (entryOf(READERS, resource)?.(body) ?? {}) : {};
}
