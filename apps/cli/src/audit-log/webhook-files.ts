// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What an API server needs to send its audit log. */
export interface WebhookTarget {
  /** URL of the route that takes batches. */
  readonly url: string;
  readonly caPem: string;
  /** A name of the certificate. */
  readonly serverName: string;
  readonly secret: string;
}

/** The file for --audit-webhook-config-file. JSON is YAML, and needs no rules of quoting. */
export function webhookKubeconfig({ url, caPem, serverName, secret }: WebhookTarget): string {
  const cluster = {
    server: url,
    'tls-server-name': serverName,
    'certificate-authority-data': Buffer.from(caPem).toString('base64'),
  };
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'bartizan',
      clusters: [{ name: 'bartizan', cluster }],
      users: [{ name: 'bartizan', user: { token: secret } }],
      contexts: [{ name: 'bartizan', context: { cluster: 'bartizan', user: 'bartizan' } }],
    },
    undefined,
    2,
  )}\n`;
}

/**
 * The file for --audit-policy-file: what the detections read and nothing more. The first rule that fits decides.
 * Bodies are recorded where a detection needs their shape, and never of Secrets, ConfigMaps and tokens.
 */
export const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
# What parts of the control plane do all the time. Whoever took one over is seen where it matters: below.
- level: None
  users: ["system:apiserver", "system:kube-scheduler", "system:kube-controller-manager", "system:kube-proxy"]
  verbs: [get, list, watch, update, patch]
  resources:
  - { group: "", resources: ["endpoints", "services", "services/status", "nodes", "nodes/status", "pods", "pods/status", "configmaps", "namespaces"] }
  - { group: "coordination.k8s.io" }
  - { group: "discovery.k8s.io" }
- level: None
  userGroups: ["system:nodes"]
  verbs: [get, list, watch, update, patch]
  resources:
  - { group: "", resources: ["nodes", "nodes/status", "pods", "pods/status", "services", "configmaps"] }
  - { group: "coordination.k8s.io" }
  - { group: "node.k8s.io" }
  - { group: "storage.k8s.io" }
- level: None
  nonResourceURLs: ["/healthz*", "/readyz*", "/livez*", "/openapi*", "/version"]
- level: None
  verbs: [create, update, patch]
  resources:
  - { group: "", resources: ["events"] }
  - { group: "events.k8s.io", resources: ["events"] }
# Who reads a secret is recorded; what is in it is not.
- level: Metadata
  resources:
  - { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] }
  - { group: "authentication.k8s.io" }
# What a patch made is in the answer only.
- level: RequestResponse
  verbs: [create, update, patch]
  resources:
  - { group: "rbac.authorization.k8s.io" }
  - { group: "admissionregistration.k8s.io" }
  - { group: "", resources: ["namespaces", "services"] }
- level: Request
  verbs: [create]
  resources:
  - { group: "", resources: ["pods"] }
- level: Metadata
`;

/** What the API server is started with beside the two files. */
export const apiServerFlags = (kubeconfig: string, policy: string): string[] => [
  `--audit-policy-file=${policy}`,
  `--audit-webhook-config-file=${kubeconfig}`,
  '--audit-webhook-batch-max-wait=1s',
  '--audit-webhook-truncate-enabled=true',
];
