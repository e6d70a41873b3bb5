// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { selected } from './exposure.ts';
import { surfaceOf } from './known-surfaces.ts';
import { mayBeAsked, type Probe } from './probe.ts';
import type { PostureObjects, PostureService } from './read-objects.ts';

const PROBES_MAX = 500;
const PORTS_MAX = 4;

/**
 * A path of each that answers only who signed in, where signing in is asked for at all (from the API reference of each).
 * What speaks no HTTP, and pages whose paths are all public, are not asked.
 */
const PATHS: Readonly<Record<string, string>> = {
  'kubernetes-dashboard': '/api/v1/namespace',
  rancher: '/v3/users',
  portainer: '/api/endpoints',
  argocd: '/api/v1/applications',
  'weave-scope': '/api/topology',
  'longhorn-ui': '/v1/nodes',
  etcd: '/version',
  vault: '/v1/sys/mounts',
  consul: '/v1/catalog/nodes',
  jenkins: '/api/json',
  jupyterhub: '/api/contents',
  airflow: '/api/v1/dags',
  'argo-workflows': '/api/v1/workflows/default',
  gitlab: '/api/v4/version',
  ray: '/api/version',
  prometheus: '/api/v1/status/config',
  alertmanager: '/api/v2/status',
  grafana: '/api/org',
  kiali: '/api/namespaces',
  jaeger: '/api/services',
  kibana: '/api/features',
  kubecost: '/model/clusterInfo',
  'kube-state-metrics': '/metrics',
  'node-exporter': '/metrics',
  elasticsearch: '/_cat/indices',
  opensearch: '/_cat/indices',
  minio: '/',
  influxdb: '/api/v2/buckets',
  couchdb: '/_all_dbs',
};

const fixOf = (id: string): LocalText => ({
  en: `Require signing in to ${id}, or let a network policy admit only the proxy that does.`,
  ja: `${id} でサインインを必須にするか、認証を行うプロキシーからの通信だけをネットワークポリシーで許可してください。`,
});
const whatOf = (id: string): LocalText => ({
  en: `${id} answers without signing in`,
  ja: `${id} がサインインなしで応答する`,
});

const isTls = ({ number, name }: PostureService['ports'][number]): boolean =>
  number === 443 || number === 8443 || /https|tls/i.test(name);

/** Administration pages and data stores, asked at the address that their service has inside the cluster. */
export function surfaceProbes(objects: PostureObjects): Probe[] {
  const known = objects.pods.filter((pod) => Object.hasOwn(PATHS, surfaceOf(pod)?.id ?? ''));
  const probes = objects.services.flatMap((service) => {
    const host = service.clusterIPs.find(mayBeAsked);
    const [pod] = host === undefined ? [] : selected(known, service);
    const id = pod === undefined ? undefined : surfaceOf(pod)?.id;
    if (host === undefined || id === undefined) return [];
    const { namespace, name, ports } = service;
    return ports
      .filter(({ protocol }) => protocol === 'TCP')
      .slice(0, PORTS_MAX)
      .map((port) => ({
        ...{
          id: `${namespace}/${name}:${port.number}/${id}`,
          about: `Service/${namespace}/${name}`,
          namespace,
        },
        ...{ scheme: isTls(port) ? ('https' as const) : ('http' as const), host, port: port.number },
        ...{ path: PATHS[id] ?? '/', what: whatOf(id), fix: fixOf(id) },
      }));
  });
  return probes.slice(0, PROBES_MAX);
}
