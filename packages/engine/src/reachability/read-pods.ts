// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PodEndpoint } from './reach.ts';

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Labels of an object; what is no text is left out. */
export function readLabels(object: unknown): Record<string, string> {
  const labels = at(at(object, 'metadata'), 'labels');
  if (!isRecord(labels)) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A Pod as network policies see it; `namespaceLabels` are those of its namespace. */
export function readPod(object: unknown, namespaceLabels: Readonly<Record<string, string>>): PodEndpoint {
  const spec = at(object, 'spec');
  const status = at(object, 'status');
  const containers = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))];
  return {
    kind: 'pod',
    namespace: text(at(at(object, 'metadata'), 'namespace')) || 'default',
    namespaceLabels,
    name: text(at(at(object, 'metadata'), 'name')),
    labels: readLabels(object),
    addresses: items(at(status, 'podIPs')).map((one) => text(at(one, 'ip'))),
    ports: containers
      .flatMap((container) => items(at(container, 'ports')))
      .flatMap((port) => {
        const number = at(port, 'containerPort');
        return typeof number === 'number'
          ? [{ name: text(at(port, 'name')), protocol: text(at(port, 'protocol')) || 'TCP', number }]
          : [];
      }),
    hostNetwork: at(spec, 'hostNetwork') === true,
  };
}
