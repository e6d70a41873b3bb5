// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ClusterObject,
  CONTROLLER_UID,
  digestOf,
  egressPortsOf,
  KEPT_BY_HELM,
  labelsOf,
  NAMES,
  type ObjectOptions,
  PORTS,
  selectorOf,
} from './object.ts';

const TOKEN_SECONDS = 3600;
const SERVICE_NAME = `${NAMES.controller}.${NAMES.namespace}.svc`;

/** Start options of the controller; secrets come from files. */
const startOf = (options: ObjectOptions): object => ({
  instance: NAMES.instance,
  dataDir: '/var/lib/bartizan',
  host: '0.0.0.0',
  port: PORTS.api,
  agentHost: '0.0.0.0',
  agentPort: PORTS.agents,
  consoleDir: '/opt/bartizan/release/apps/console/dist',
  contentDir: '/opt/bartizan/release/content',
  publicNames: [
    NAMES.controller,
    `${NAMES.controller}.${NAMES.namespace}`,
    SERVICE_NAME,
    `${SERVICE_NAME}.cluster.local`,
  ],
  clusterAgents: {
    namespace: NAMES.agentNamespace,
    serviceAccount: NAMES.agent,
    audience: NAMES.audience,
    trustConfigMap: NAMES.trust,
  },
  admission: {
    host: '0.0.0.0',
    port: PORTS.webhook,
    name: SERVICE_NAME,
    service: { namespace: NAMES.namespace, name: NAMES.controller, port: PORTS.webhook },
  },
  // Nothing is mounted here unless somebody brings policies from Git: then they are followed.
  policyDir: '/policies',
  // Where a refusal may be that of our own network policy.
  egressPorts: egressPortsOf(options),
  logLevel: 'info',
});

const metadata = (name: string) => ({
  name,
  namespace: NAMES.namespace,
  labels: labelsOf('controller'),
});

const probe = (path: string, failureThreshold: number) => ({
  httpGet: { path, port: 'api', scheme: 'HTTPS' },
  periodSeconds: 5,
  timeoutSeconds: 3,
  failureThreshold,
});

function container(options: ObjectOptions): object {
  return {
    name: 'controller',
    image: options.controllerImage,
    imagePullPolicy: options.pullPolicy,
    args: ['--config', '/etc/bartizan/controller.json', '--secrets', '/run/bartizan/keys'],
    ports: [
      { name: 'api', containerPort: PORTS.api },
      { name: 'agents', containerPort: PORTS.agents },
      { name: 'webhook', containerPort: PORTS.webhook },
    ],
    startupProbe: probe('/livez', 36),
    livenessProbe: probe('/livez', 6),
    readinessProbe: probe('/readyz', 2),
    resources: {
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { memory: '2Gi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'data', mountPath: '/var/lib/bartizan' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'config', mountPath: '/etc/bartizan', readOnly: true },
      { name: 'keys', mountPath: '/run/bartizan/keys', readOnly: true },
      { name: 'api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  };
}

/** The token of the service account is projected here and not automounted, so that its lifetime is ours to choose. */
const apiAccess = {
  name: 'api-access',
  projected: {
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
  },
};

function volumes({ storage }: ObjectOptions): object[] {
  return [
    storage.kind === 'persistent'
      ? { name: 'data', persistentVolumeClaim: { claimName: NAMES.data } }
      : { name: 'data', emptyDir: { sizeLimit: storage.sizeLimit } },
    { name: 'tmp', emptyDir: { sizeLimit: '2Gi' } },
    { name: 'config', configMap: { name: NAMES.controller } },
    { name: 'keys', secret: { secretName: NAMES.keys, defaultMode: 0o440 } },
    apiAccess,
  ];
}

function deployment(options: ObjectOptions): ClusterObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(NAMES.controller),
    spec: {
      replicas: 1,
      // The embedded store has one writer: a new controller starts when the old one has closed it.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selectorOf('controller') },
      template: {
        metadata: {
          annotations: {
            ...digestOf(options.controllerDigest).annotations,
            // The controller reads its configuration when it starts: other ports are another pod.
            'bartizan.dev/egress-ports': egressPortsOf(options).join(','),
          },
          labels: { ...labelsOf('controller'), 'app.kubernetes.io/version': options.version },
        },
        spec: {
          serviceAccountName: NAMES.controller,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: CONTROLLER_UID,
            runAsGroup: CONTROLLER_UID,
            fsGroup: CONTROLLER_UID,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(options)],
          volumes: volumes(options),
        },
      },
    },
  };
}

/** The controller: configuration, storage, workload, address. */
export function controllerObjects(options: ObjectOptions): ClusterObject[] {
  const { storage } = options;
  const claim: ClusterObject[] =
    storage.kind === 'persistent'
      ? [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { ...metadata(NAMES.data), annotations: KEPT_BY_HELM },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: storage.size } },
              ...(storage.className === undefined ? {} : { storageClassName: storage.className }),
            },
          },
        ]
      : [];
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(NAMES.controller),
      data: { 'controller.json': `${JSON.stringify(startOf(options), null, 2)}\n` },
    },
    ...claim,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(NAMES.controller),
      spec: {
        type: options.serviceType,
        selector: selectorOf('controller'),
        ports: [
          { name: 'api', port: 443, targetPort: 'api' },
          { name: 'agents', port: PORTS.agents, targetPort: 'agents' },
          { name: 'webhook', port: PORTS.webhook, targetPort: 'webhook' },
        ],
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(NAMES.controller),
      // Says how many may go at a time without ever holding up a drain: agents judge on and buffer meanwhile.
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf('controller') } },
    },
    deployment(options),
  ];
}
