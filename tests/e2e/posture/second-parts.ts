// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../cluster/kubebox.ts';

/** A second kubelet, etcd and container runtime inside the node of a test: parts that may be set wrong and started again. */
export const SECOND_NODE = 'second';
export const SECOND_KUBELET_PORT = 10260;

const KUBEBOX = `${process.env['KUBEBOX_DIR'] ?? '/var/tmp/kubebox'}/bin/kubebox`;
const TRIES = 150;

/** Starts a command in the node under a name of its own, after the one before it under that name ended. */
const start = (up: Cluster, name: string, command: string): Promise<string> =>
  up.enter([
    'bash',
    '-c',
    `old=$(cat /run/kubebox/${name}.pid 2>/dev/null) && kill -KILL "$old" 2>/dev/null
     while [ -n "$old" ] && [ -e "/proc/$old" ]; do sleep 0.1; done
     setsid ${command} </dev/null >/var/log/${name}.log 2>&1 &
     echo $! > /run/kubebox/${name}.pid`,
  ]);

/** Ends what was started under a name. */
export const end = (up: Cluster, name: string): Promise<string> =>
  up.enter(['bash', '-c', `kill -KILL $(cat /run/kubebox/${name}.pid) 2>/dev/null || true`]);

async function listens(up: Cluster, port: number, log: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const isOpen = await up.enter(['bash', '-c', `: < /dev/tcp/${up.node}/${port}`]).then(
      () => true,
      () => false,
    );
    if (isOpen) return;
    await sleep(200);
  }
  throw new Error(
    `nothing listens on ${port}: ${await up.enter(['tail', '-n', '20', `/var/log/${log}.log`])}`,
  );
}

/** A kubelet without a cluster, with a runtime of its own, so that it leaves the Pods of the first one alone. */
export async function startKubelet(
  up: Cluster,
  { anonymous, readOnlyPort }: { readonly anonymous: boolean; readonly readOnlyPort: number },
): Promise<void> {
  const folder = '/run/second';
  const config = JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    port: SECOND_KUBELET_PORT,
    ...{ readOnlyPort, healthzPort: 0, failCgroupV1: false, failSwapOn: false, cgroupDriver: 'cgroupfs' },
    ...{ cgroupsPerQOS: false, enforceNodeAllocatable: [], staticPodPath: '' },
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    authentication: {
      anonymous: { enabled: anonymous },
      webhook: { enabled: false },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: `/etc/kubernetes/pki/kubelet-${up.name}-1.crt`,
    tlsPrivateKeyFile: `/etc/kubernetes/pki/kubelet-${up.name}-1.key`,
  });
  await up.enter([
    ...['sh', '-c', `mkdir -p ${folder} /var/lib/second && printf '%s' "$1" > ${folder}/kubelet.yaml`],
    ...['sh', config],
  ]);
  await start(
    up,
    'containerd-second',
    `containerd --config /etc/containerd/config.toml --root /var/lib/second/containerd --state ${folder}/state --address ${folder}/containerd.sock`,
  );
  await start(
    up,
    'kubelet-second',
    `${KUBEBOX} kubelet --config=${folder}/kubelet.yaml --root-dir=/var/lib/second/kubelet --hostname-override=${SECOND_NODE} --node-ip=${up.node}`,
  );
  await listens(up, SECOND_KUBELET_PORT, 'kubelet-second');
}

/** A real etcd on the address of the node: in plain text for everybody, or for client certificates of the cluster only. */
export async function startEtcd(up: Cluster, isPlain: boolean): Promise<void> {
  const pki = '/etc/kubernetes/pki';
  const tls = `--ca-file ${pki}/ca.crt --cert-file ${pki}/etcd.crt --key-file ${pki}/etcd.key`;
  await start(
    up,
    'etcd-second',
    `${KUBEBOX} etcd --data-dir /var/lib/second-etcd-${isPlain} --unsafe-no-fsync --peer-url http://127.0.0.1:12380 --client-url ${
      isPlain ? 'http' : 'https'
    }://${up.node}:2379 ${isPlain ? '' : tls}`,
  );
  await listens(up, 2379, 'etcd-second');
}
