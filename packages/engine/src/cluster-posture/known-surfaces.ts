// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';

/** A component that must not be reachable from everywhere, and the names its images and labels have. */
export interface KnownSurface {
  readonly id: string;
  readonly names: readonly string[];
  /** What somebody who reaches it can do. */
  readonly risk: LocalText;
}

const ADMIN: LocalText = { en: 'manages the cluster', ja: 'クラスターを管理できる' };
const DATA: LocalText = { en: 'holds data', ja: 'データを保持している' };
const RUNS: LocalText = { en: 'runs code of whoever signs in', ja: 'サインインした利用者のコードを実行する' };
const TELLS: LocalText = { en: 'tells how the cluster is built', ja: 'クラスターの構成を知られる' };

const surfaces = (risk: LocalText, names: Readonly<Record<string, readonly string[]>>): KnownSurface[] =>
  Object.entries(names).map(([id, more]) => ({ id, names: [id, ...more], risk }));

/** Components by the last part of an image name, or by an `app.kubernetes.io/name`, `k8s-app` or `app` label. */
export const KNOWN_SURFACES: readonly KnownSurface[] = [
  ...surfaces(ADMIN, {
    'kubernetes-dashboard': ['dashboard', 'dashboard-web', 'dashboard-api', 'kubernetes-dashboard-kong'],
    headlamp: [],
    octant: [],
    rancher: [],
    portainer: ['portainer-ce', 'portainer-ee'],
    argocd: ['argocd-server'],
    'weave-scope': ['scope'],
    'longhorn-ui': [],
    'tekton-dashboard': [],
    kubesphere: ['ks-console', 'ks-apiserver'],
    etcd: [],
    vault: [],
    consul: [],
  }),
  ...surfaces(RUNS, {
    jenkins: [],
    'kubeflow-dashboard': ['centraldashboard'],
    jupyterhub: ['jupyter', 'jupyterlab', 'base-notebook', 'minimal-notebook', 'k8s-hub'],
    airflow: ['airflow-webserver'],
    'argo-workflows': ['argo-server', 'argocli'],
    gitlab: ['gitlab-ce', 'gitlab-ee'],
    ray: ['ray-head'],
  }),
  ...surfaces(TELLS, {
    prometheus: [],
    alertmanager: [],
    grafana: [],
    kiali: [],
    hubble: ['hubble-ui'],
    jaeger: ['all-in-one', 'jaeger-query'],
    kibana: [],
    kubecost: ['cost-model'],
    'kube-state-metrics': [],
    'node-exporter': [],
  }),
  ...surfaces(DATA, {
    elasticsearch: [],
    opensearch: [],
    mongodb: ['mongo'],
    mysql: [],
    mariadb: [],
    postgresql: ['postgres'],
    redis: ['redis-master', 'redis-stack'],
    memcached: [],
    rabbitmq: [],
    kafka: [],
    cassandra: [],
    minio: [],
    influxdb: [],
    couchdb: [],
    zookeeper: [],
  }),
];

const byName = new Map(KNOWN_SURFACES.flatMap((surface) => surface.names.map((name) => [name, surface])));

/** Name of an image without registry, folders, tag and digest. */
const lastPart = (image: string): string =>
  (image.split('@')[0] ?? '').split('/').at(-1)?.split(':')[0]?.toLowerCase() ?? '';

const LABELS = ['app.kubernetes.io/name', 'k8s-app', 'app'] as const;

/** The component that a pod is, by its labels and images; undefined: none that is known. */
export function surfaceOf(pod: {
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
}): KnownSurface | undefined {
  const names = [
    ...LABELS.map((label) => (Object.hasOwn(pod.labels, label) ? pod.labels[label] : '')),
    ...pod.images.map(lastPart),
  ];
  for (const name of names) {
    const found = byName.get(name ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}
