// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { mayBeAsked, type Probe } from './probe.ts';
import type { PostureNode } from './read-objects.ts';

interface Known {
  readonly name: string;
  readonly scheme: Probe['scheme'];
  readonly port: number;
  readonly path: string;
  readonly what: LocalText;
  readonly fix: LocalText;
}

const KUBELET: LocalText = {
  en: 'In the configuration of the kubelet set authentication.anonymous.enabled to false, authorization.mode to Webhook and readOnlyPort to 0.',
  ja: 'kubelet の設定で authentication.anonymous.enabled を false、authorization.mode を Webhook、readOnlyPort を 0 にしてください。',
};
const ETCD: LocalText = {
  en: 'Start etcd with https client URLs, trusted-ca-file and client-cert-auth=true.',
  ja: 'etcd は https のクライアント URL を使い、trusted-ca-file と client-cert-auth=true を指定して起動してください。',
};
const CONTROL: LocalText = {
  en: 'Leave only health paths in authorization-always-allow-paths, and bind to the loopback address.',
  ja: 'authorization-always-allow-paths にはヘルスチェックのパスだけを残し、ループバックアドレスで待ち受けてください。',
};

/** Ports and paths as the Kubernetes documentation lists them ("Ports and Protocols"; kubelet and etcd references). */
const NODE_PROBES: readonly Known[] = [
  {
    ...{ name: 'kubelet', scheme: 'https', port: 10250, path: '/pods', fix: KUBELET },
    what: { en: 'kubelet lists its pods to strangers', ja: 'kubelet が認証なしで Pod の一覧を返す' },
  },
  {
    ...{ name: 'kubelet-read-only', scheme: 'http', port: 10255, path: '/pods', fix: KUBELET },
    what: { en: 'read-only port of the kubelet answers', ja: 'kubelet の読み取り専用ポートが応答する' },
  },
  {
    ...{ name: 'etcd', scheme: 'https', port: 2379, path: '/version', fix: ETCD },
    what: { en: 'etcd answers without a client certificate', ja: 'etcd がクライアント証明書なしで応答する' },
  },
  {
    ...{ name: 'etcd-plain', scheme: 'http', port: 2379, path: '/version', fix: ETCD },
    what: { en: 'etcd answers in plain text', ja: 'etcd が平文で応答する' },
  },
  {
    ...{ name: 'controller-manager', scheme: 'https', port: 10257, path: '/metrics', fix: CONTROL },
    what: {
      en: 'controller manager shows metrics to strangers',
      ja: 'コントローラーマネージャーが認証なしでメトリクスを返す',
    },
  },
  {
    ...{ name: 'scheduler', scheme: 'https', port: 10259, path: '/metrics', fix: CONTROL },
    what: { en: 'scheduler shows metrics to strangers', ja: 'スケジューラーが認証なしでメトリクスを返す' },
  },
  {
    ...{ name: 'docker', scheme: 'http', port: 2375, path: '/version' },
    what: { en: 'Docker engine answers in plain text', ja: 'Docker エンジンが平文で応答する' },
    fix: {
      en: 'Remove the tcp:// host from the configuration of the Docker engine, or require client certificates with tlsverify.',
      ja: 'Docker エンジンの設定から tcp:// のホストを削除するか、tlsverify でクライアント証明書を必須にしてください。',
    },
  },
];

/** What may be asked of one node, at the first of its addresses that may. */
export function nodeProbes({ name, addresses, kubeletPort }: PostureNode): Probe[] {
  const host = addresses.find(mayBeAsked);
  if (host === undefined) return [];
  return NODE_PROBES.map(({ name: known, port, ...rest }) => ({
    ...{ id: `${name}/${known}`, about: `Node/${name}`, namespace: '', host, ...rest },
    port: known === 'kubelet' ? kubeletPort : port,
  }));
}
