// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 256) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 512) : '');
const texts = (value: unknown): string[] =>
  items(value)
    .map(text)
    .filter((item) => item !== '');

/** Who gets a role and which. */
const ofBinding = (body: unknown): Facts => ({
  'audit.role': `${text(at(body, 'roleRef', 'kind'))}/${text(at(body, 'roleRef', 'name'))}`,
  'audit.subjects': items(at(body, 'subjects')).map(
    (one) => `${text(at(one, 'kind'))}:${text(at(one, 'name'))}`,
  ),
});

function ofRole(body: unknown): Facts {
  const rules = items(at(body, 'rules'));
  const verbs = rules.flatMap((rule) => texts(at(rule, 'verbs')));
  const resources = rules.flatMap((rule) => texts(at(rule, 'resources')));
  return {
    'audit.wildcard-rule': verbs.includes('*') || resources.includes('*'),
    'audit.risky-verbs': ['escalate', 'bind', 'impersonate'].filter((verb) => verbs.includes(verb)),
  };
}

function ofPod(body: unknown): Facts {
  const spec = at(body, 'spec');
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    items(at(spec, list)),
  );
  return {
    'audit.privileged':
      containers.some((one) => at(one, 'securityContext', 'privileged') === true) ||
      ['hostPID', 'hostNetwork', 'hostIPC'].some((name) => at(spec, name) === true),
    'audit.host-paths': items(at(spec, 'volumes'))
      .map((volume) => text(at(volume, 'hostPath', 'path')))
      .filter((path) => path !== ''),
  };
}

function ofNamespace(body: unknown): Facts {
  const level = text(at(body, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce'));
  return level === '' ? {} : { 'audit.pod-security': level };
}

const READERS: Readonly<Record<string, (body: unknown) => Facts>> = {
  rolebindings: ofBinding,
  clusterrolebindings: ofBinding,
  roles: ofRole,
  clusterroles: ofRole,
  pods: ofPod,
  namespaces: ofNamespace,
  services: (body) => ({ 'audit.object-type': text(at(body, 'spec', 'type')) || 'ClusterIP' }),
  // The type alone: what a Secret holds is never read.
  secrets: (body) => ({ 'audit.object-type': text(at(body, 'type')) || 'Opaque' }),
};

/** What the body of a request says about its shape; nothing when the audit policy does not record bodies. */
export const requestFacts = (resource: string, body: unknown): Facts =>
  isRecord(body) && Object.hasOwn(READERS, resource) ? (READERS[resource]?.(body) ?? {}) : {};
