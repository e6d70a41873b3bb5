// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import { kubeconfigAccess } from '@bartizan/adapters/kube';

/** One request to an API server, as an attacker or an operator makes it. */
export interface KubeAsk {
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Token of a service account; null: nobody; absent: the administrator. */
  readonly token?: string | null;
}
export interface KubeTold {
  readonly status: number;
  readonly text: string;
}
export type KubeCaller = (ask: KubeAsk) => Promise<KubeTold>;

const CORE = 'application/json';
/** A merge patch, as kubectl sends one to what it does not know. */
export const MERGE = 'application/merge-patch+json';

/** Asks an API server in the ways that clients do; connections that are upgraded are closed at once. */
export async function kubeCaller(kubeconfig: string, server: string): Promise<KubeCaller> {
  const access = await kubeconfigAccess(kubeconfig);
  if (!access.ok) throw new Error(access.error.detail);
  const { caPem, certificatePem, keyPem } = await access.value.credentials();
  return ({ method = 'GET', path, body, type = CORE, headers = {}, token }) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, server),
        {
          method,
          ...{ ca: caPem, agent: false, timeout: 20_000 },
          ...(token === undefined ? { cert: certificatePem, key: keyPem } : {}),
          headers: {
            'user-agent': 'posture-test/1',
            ...(payload === undefined ? {} : { 'content-type': type }),
            ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
            ...headers,
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
          );
          answer.on('error', reject);
        },
      );
      sent.on('upgrade', (answer, socket) => {
        socket.destroy();
        resolve({ status: answer.statusCode ?? 0, text: '' });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on('error', reject);
      sent.end(payload);
    });
  };
}

/** Headers of a WebSocket of the protocols of exec and port-forward. */
export const upgradeTo = (protocol: string): Record<string, string> => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': protocol,
});
