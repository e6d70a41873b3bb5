// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { listOf, memberOf, textMapOf, textOf } from '../foreign-json.ts';
import type { PodEndpoint } from './reach.ts';

/** Labels of an object; what is no text is left out. */
export function readLabels(object: unknown): Record<string, string> {
  return textMapOf(memberOf(object, 'metadata', 'labels'));
}

/** A Pod as network policies see it; `namespaceLabels` are those of its namespace. */
export function readPod(object: unknown, namespaceLabels: Readonly<Record<string, string>>): PodEndpoint {
  const spec = memberOf(object, 'spec');
  const status = memberOf(object, 'status');
  const containers = [...listOf(memberOf(spec, 'containers')), ...listOf(memberOf(spec, 'initContainers'))];
  return {
    kind: 'pod',
    namespace: textOf(memberOf(memberOf(object, 'metadata'), 'namespace')) || 'default',
    namespaceLabels,
    name: textOf(memberOf(memberOf(object, 'metadata'), 'name')),
    labels: readLabels(object),
    addresses: listOf(memberOf(status, 'podIPs')).map((one) => textOf(memberOf(one, 'ip'))),
    ports: containers
      .flatMap((container) => listOf(memberOf(container, 'ports')))
      .flatMap((port) => {
        const number = memberOf(port, 'containerPort');
        return typeof number === 'number'
          ? [
              {
                name: textOf(memberOf(port, 'name')),
                protocol: textOf(memberOf(port, 'protocol')) || 'TCP',
                number,
              },
            ]
          : [];
      }),
    hostNetwork: memberOf(spec, 'hostNetwork') === true,
  };
}
