// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { Probe } from './probe.ts';

interface Service {
  readonly host: string;
  readonly path: string;
  readonly header?: Probe['header'];
}

const LINK_LOCAL = '169.254.169.254';

/**
 * Metadata services as each cloud's documentation describes them: a path that tells no credentials. Where sessions can be
 * required (AWS, Oracle, IBM, Linode), the request has none, so that an answer shows that they are not.
 */
const SERVICES: Readonly<Record<string, Service>> = {
  aws: { host: LINK_LOCAL, path: '/latest/meta-data/' },
  gcp: { host: LINK_LOCAL, path: '/computeMetadata/v1/instance/', header: ['Metadata-Flavor', 'Google'] },
  azure: {
    host: LINK_LOCAL,
    path: '/metadata/instance?api-version=2021-02-01',
    header: ['Metadata', 'true'],
  },
  openstack: { host: LINK_LOCAL, path: '/openstack' },
  digitalocean: { host: LINK_LOCAL, path: '/metadata/v1/id' },
  alibaba: { host: '100.100.100.200', path: '/latest/meta-data/' },
  ibm: { host: LINK_LOCAL, path: '/metadata/v1/instance?version=2022-03-01' },
  oci: { host: LINK_LOCAL, path: '/opc/v1/instance/' },
  hetzner: { host: LINK_LOCAL, path: '/hetzner/v1/metadata/instance-id' },
  linode: { host: LINK_LOCAL, path: '/v1/instance' },
};

const WHAT: LocalText = {
  en: 'metadata service answers the controller without a session',
  ja: 'メタデータサービスがコントローラーにセッションなしで応答する',
};
const FIX: LocalText = {
  en: 'Require session tokens with a hop limit of 1 on the nodes, and block the metadata address in egress policies.',
  ja: 'ノードではホップ上限 1 のセッショントークンを必須にし、送信ポリシーでメタデータのアドレスを遮断してください。',
};

/** One request for each cloud that a node says it is in. */
export const metadataProbes = (clouds: readonly string[]): Probe[] =>
  clouds.flatMap((cloud) => {
    const service = Object.hasOwn(SERVICES, cloud) ? SERVICES[cloud] : undefined;
    if (service === undefined) return [];
    const { host, path, header } = service;
    return [
      {
        ...{ id: `cluster/metadata-${cloud}`, about: 'Cluster', namespace: '', scheme: 'http' as const },
        ...{ host, port: 80, path, what: WHAT, fix: FIX },
        ...(header === undefined ? {} : { header }),
      },
    ];
  });
