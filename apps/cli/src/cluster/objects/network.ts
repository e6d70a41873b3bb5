// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ClusterObject,
  egressPortsOf,
  labelsOf,
  NAMES,
  type ObjectOptions,
  PORTS,
  selectorOf,
} from './object.ts';

const API = 'networking.k8s.io/v1';
const dns = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

const policy = (
  name: string,
  part: 'controller' | 'agent',
  spec: Readonly<Record<string, unknown>>,
): ClusterObject => ({
  apiVersion: API,
  kind: 'NetworkPolicy',
  metadata: {
    name,
    namespace: part === 'agent' ? NAMES.agentNamespace : NAMES.namespace,
    labels: labelsOf(part),
  },
  spec: { policyTypes: ['Ingress', 'Egress'], ...spec },
});

/** Who may speak with our pods, and with whom they may. */
export const networkObjects = (options: Pick<ObjectOptions, 'egressPorts'>): ClusterObject[] => [
  policy('default-deny', 'controller', { podSelector: {} }),
  policy('default-deny', 'agent', { podSelector: {} }),
  policy(NAMES.controller, 'controller', {
    podSelector: { matchLabels: selectorOf('controller') },
    // People come through proxies and node ports, agents from every node, the API server from an address that nobody
    // can name beforehand: who may in is decided by login and certificate; the webhook only says what it would decide.
    ingress: [{ ports: [{ port: PORTS.api }, { port: PORTS.agents }, { port: PORTS.webhook }] }],
    // What probes ask is not opened: the controller is told which ports are, and takes no refusal at others for an answer.
    egress: [dns, { ports: egressPortsOf(options).map((port) => ({ port })) }],
  }),
  policy(NAMES.agent, 'agent', {
    podSelector: { matchLabels: selectorOf('agent') },
    egress: [
      dns,
      {
        ports: [{ port: PORTS.agents }],
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMES.namespace } },
            podSelector: { matchLabels: selectorOf('controller') },
          },
        ],
      },
    ],
  }),
];
