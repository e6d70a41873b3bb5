// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cloudsOf } from './cloud.ts';
import { metadataProbes } from './metadata-probes.ts';
import { nodeProbes } from './node-probes.ts';
import type { Probe } from './probe.ts';
import type { PostureObjects } from './read-objects.ts';
import { surfaceProbes } from './surface-probes.ts';

/**
 * `open`: it answered a stranger; `refused`: it asked for credentials; `closed`: nothing listens; `silent`: no answer,
 * which is a filter as well as a busy server, so that nothing is proved.
 */
export type ProbeOutcome = 'open' | 'refused' | 'closed' | 'silent';

/** What happened on the wire. */
export type ProbeAnswer =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'fault'; readonly code: string };

const NODES_MAX = 1000;

/** Where a server is reached. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
}

const SERVER: Pick<Probe, 'path' | 'what' | 'fix'> = {
  path: '/api/v1/namespaces',
  what: {
    en: 'API server lists namespaces to strangers',
    ja: 'API サーバーが認証なしで名前空間の一覧を返す',
  },
  fix: {
    en: 'Remove the bindings of system:anonymous and system:unauthenticated, or set anonymous-auth=false on the API server.',
    ja: 'system:anonymous と system:unauthenticated へのバインディングを削除するか、API サーバーに anonymous-auth=false を設定してください。',
  },
};

/** Every probe there is for a cluster. `server`: where its API server is reached. */
export function probesOf(objects: PostureObjects, server: ServerPlace | undefined): Probe[] {
  const own: Probe[] =
    server === undefined
      ? []
      : [
          {
            id: 'cluster/api-server',
            about: 'Cluster',
            namespace: '',
            scheme: 'https',
            ...SERVER,
            ...server,
          },
        ];
  return [
    ...own,
    ...metadataProbes(cloudsOf(objects)),
    ...objects.nodes.slice(0, NODES_MAX).flatMap(nodeProbes),
    ...surfaceProbes(objects),
  ];
}

/** Codes by which a server says that it wants a certificate, or no plain text. */
const WANTS_MORE = /CERTIFICATE|HANDSHAKE|ALERT|EPROTO|ECONNRESET|EPIPE|HPE_|WRONG_VERSION/;

/**
 * Whether a network policy around who asks may keep a probe in, where only these ports are let out: some networks refuse
 * what a policy forbids, as a port does at which nothing listens. The policy is asked for the port that the address of a
 * service, or of a metadata service, was exchanged for; only that of a node stands as it is.
 */
export const mayBeKeptIn = ({ about, port }: Probe, letOut: readonly number[]): boolean =>
  !about.startsWith('Node/') || !letOut.includes(port);

/**
 * What an answer proves. Redirects and errors of the server are no answer to a stranger, and a refusal that may be of a
 * policy around who asks is none of the server.
 */
export function outcomeOf(answer: ProbeAnswer, isPerhapsKeptIn = false): ProbeOutcome {
  if (answer.kind === 'status') {
    if (answer.status >= 200 && answer.status < 300) return 'open';
    return 'refused';
  }
  if (answer.code === 'ECONNREFUSED') return isPerhapsKeptIn ? 'silent' : 'closed';
  return WANTS_MORE.test(answer.code) ? 'refused' : 'silent';
}
