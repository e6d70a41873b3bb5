// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { PostureNode } from './read-objects.ts';

/** One harmless request without credentials: a read, of which only the status is looked at. */
export interface Probe {
  readonly id: string;
  /** `Cluster`, or `Node/name`. */
  readonly about: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly what: LocalText;
}

/**
 * `open`: it answered a stranger; `refused`: it asked for credentials; `closed`: nothing listens; `silent`: no answer,
 * which is a filter as well as a busy server, so that nothing is proved.
 */
export type ProbeOutcome = 'open' | 'refused' | 'closed' | 'silent';

/** What happened on the wire. */
export type ProbeAnswer =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'fault'; readonly code: string };

interface Known {
  readonly name: string;
  readonly scheme: Probe['scheme'];
  readonly port: number;
  readonly path: string;
  readonly what: LocalText;
}

/** Ports and paths as the Kubernetes documentation lists them ("Ports and Protocols"; kubelet and etcd references). */
const NODE_PROBES: readonly Known[] = [
  {
    ...{ name: 'kubelet', scheme: 'https', port: 10250, path: '/pods' },
    what: { en: 'kubelet lists its pods to strangers', ja: 'kubelet が認証なしで Pod の一覧を返す' },
  },
  {
    ...{ name: 'kubelet-read-only', scheme: 'http', port: 10255, path: '/pods' },
    what: { en: 'read-only port of the kubelet answers', ja: 'kubelet の読み取り専用ポートが応答する' },
  },
  {
    ...{ name: 'etcd', scheme: 'https', port: 2379, path: '/version' },
    what: { en: 'etcd answers without a client certificate', ja: 'etcd がクライアント証明書なしで応答する' },
  },
  {
    ...{ name: 'etcd-plain', scheme: 'http', port: 2379, path: '/version' },
    what: { en: 'etcd answers in plain text', ja: 'etcd が平文で応答する' },
  },
  {
    ...{ name: 'controller-manager', scheme: 'https', port: 10257, path: '/metrics' },
    what: {
      en: 'controller manager shows metrics to strangers',
      ja: 'コントローラーマネージャーが認証なしでメトリクスを返す',
    },
  },
  {
    ...{ name: 'scheduler', scheme: 'https', port: 10259, path: '/metrics' },
    what: { en: 'scheduler shows metrics to strangers', ja: 'スケジューラーが認証なしでメトリクスを返す' },
  },
  {
    ...{ name: 'docker', scheme: 'http', port: 2375, path: '/version' },
    what: { en: 'Docker engine answers in plain text', ja: 'Docker エンジンが平文で応答する' },
  },
];

const API: Omit<Known, 'port' | 'scheme'> = {
  name: 'api-server',
  path: '/api/v1/namespaces',
  what: {
    en: 'API server lists namespaces to strangers',
    ja: 'API サーバーが認証なしで名前空間の一覧を返す',
  },
};

const NODES_MAX = 1000;

/** Where a server is reached. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
}

/** Every probe there is for a cluster. `server`: where its API server is reached. */
export function probesOf(nodes: readonly PostureNode[], server: ServerPlace | undefined): Probe[] {
  const own: Probe[] =
    server === undefined
      ? []
      : [
          {
            id: 'cluster/api-server',
            about: 'Cluster',
            scheme: 'https',
            path: API.path,
            what: API.what,
            ...server,
          },
        ];
  const ofNodes = nodes.slice(0, NODES_MAX).flatMap(({ name, addresses }) =>
    addresses.slice(0, 1).flatMap((host) =>
      NODE_PROBES.map(({ name: known, scheme, port, path, what }) => ({
        ...{ id: `${name}/${known}`, about: `Node/${name}`, scheme, host, port, path, what },
      })),
    ),
  );
  return [...own, ...ofNodes];
}

/** Codes by which a server says that it wants a certificate, or no plain text. */
const WANTS_MORE = /CERTIFICATE|HANDSHAKE|ALERT|EPROTO|ECONNRESET|EPIPE|HPE_|WRONG_VERSION/;

/** What an answer proves. Redirects and errors of the server are no answer to a stranger. */
export function outcomeOf(answer: ProbeAnswer): ProbeOutcome {
  if (answer.kind === 'status') {
    if (answer.status >= 200 && answer.status < 300) return 'open';
    return 'refused';
  }
  if (answer.code === 'ECONNREFUSED') return 'closed';
  return WANTS_MORE.test(answer.code) ? 'refused' : 'silent';
}
