// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, ResponseOf } from '@bartizan/contracts';
import { expect, vi } from 'vitest';
import type { Cluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';

/** The rule that the controllers of these tests enforce in the namespace `shop`. */
export const RULE = 'admission.privileged';
const BINDING: AdmissionBinding = { id: 'custom.shop', rules: [RULE], namespaces: ['shop'], mode: 'enforce' };

/** Calls the API, and gives its answer, which has this status. */
export type CallApi = <T>(method: string, path: string, body?: object, status?: number) => Promise<T>;

/** A controller that judges what is created in a cluster. */
export interface Judging {
  readonly controller: Running;
  readonly call: CallApi;
}

/** A custom kind with one version, whose objects have a spec of this schema. */
export const definition = (group: string, kind: string, spec: object, version = 'v1') => {
  const [singular, plural] = [kind.toLowerCase(), `${kind.toLowerCase()}s`];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced' },
      names: { kind, listKind: `${kind}List`, plural, singular },
      versions: [
        {
          ...{ name: version, served: true, storage: true },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
};

/** Makes kinds and the namespace `shop`. */
export async function prepare({ kubectl }: Cluster, definitions: readonly object[]): Promise<void> {
  await kubectl(['create', 'namespace', 'shop']);
  for (const one of definitions) await kubectl(['apply', '-f', '-'], JSON.stringify(one));
  await kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
}

/** Starts a controller, waits until its webhooks are in force, and has the rule enforced in `shop`. */
export async function startJudging({ machine }: Cluster, kubeconfig: string): Promise<Judging> {
  const controller = await startRunning({ kubeconfig, admission: { host: machine, port: 0, name: machine } });
  const call: CallApi = async <T>(method: string, path: string, body?: object, status = 200): Promise<T> => {
    const answer = await controller.call({ method, path, ...(body === undefined ? {} : { body }) });
    expect(answer.status, `${method} ${path}: ${answer.text.slice(0, 1000)}`).toBe(status);
    return JSON.parse(answer.text) as T;
  };
  const inForce = async (): Promise<void> => {
    const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', 'admission/status');
    expect(kubernetes.admission?.webhooks.map(({ state }) => state)).toEqual(Array(3).fill('in-force'));
  };
  try {
    await vi.waitFor(inForce, { timeout: 60_000, interval: 100 });
    const { revision } = await call<{ revision: string }>('GET', 'admission/bindings');
    await call('PUT', 'admission/bindings', { bindings: [BINDING], ifRevision: revision });
  } catch (cause) {
    await controller.close();
    throw cause;
  }
  return { controller, call };
}
