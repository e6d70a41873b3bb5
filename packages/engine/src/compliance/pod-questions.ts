// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ObjectQuestion } from '@bartizan/contracts/compliance';
import { entryOf, isObject, type Json, listOf, memberOf, textOf, textsOf } from '../foreign-json.ts';

/** A pod with its containers, as questions about pods see it. */
export interface AskedPod {
  readonly name: string;
  readonly namespace: string;
  readonly spec: unknown;
  readonly containers: readonly unknown[];
}

export function askedPod(object: Json): AskedPod {
  const { metadata, spec } = object;
  return {
    namespace: textOf(memberOf(metadata, 'namespace')) || 'default',
    name: textOf(memberOf(metadata, 'name')),
    spec,
    containers: ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
      listOf(memberOf(spec, key)),
    ),
  };
}

const security = (container: unknown, ...path: string[]): unknown =>
  memberOf(container, 'securityContext', ...path);
const some =
  (test: (container: unknown, pod: AskedPod) => boolean) =>
  (pod: AskedPod): boolean =>
    pod.containers.some((container) => test(container, pod));
const drops = (container: unknown): string[] => textsOf(security(container, 'capabilities', 'drop'));
const adds = (container: unknown): string[] =>
  textsOf(security(container, 'capabilities', 'add')).map((name) => name.toUpperCase());
const NET_RAW = ['NET_RAW', 'CAP_NET_RAW'];
/** Runtimes drop first and add then; who is privileged has every capability, whatever is dropped. */
const hasNetRaw = (container: unknown): boolean => {
  const dropped = drops(container);
  const isDropped = dropped.some((name) => NET_RAW.includes(name));
  if (security(container, 'privileged') === true) return true;
  if (adds(container).some((name) => NET_RAW.includes(name))) return true;
  return !isDropped && (adds(container).includes('ALL') || !dropped.includes('ALL'));
};
/** A setting of the container, else of its pod. */
const inherited = (container: unknown, { spec }: AskedPod, ...path: string[]): unknown =>
  security(container, ...path) ?? memberOf(spec, 'securityContext', ...path);

/** What a pod breaks, question by question. The defaults of Kubernetes hold where nothing is said. */
const QUESTIONS: Partial<Readonly<Record<ObjectQuestion, (pod: AskedPod) => boolean>>> = {
  'privileged-pods': some((container) => security(container, 'privileged') === true),
  'host-pid-pods': ({ spec }) => memberOf(spec, 'hostPID') === true,
  'host-ipc-pods': ({ spec }) => memberOf(spec, 'hostIPC') === true,
  'host-network-pods': ({ spec }) => memberOf(spec, 'hostNetwork') === true,
  'privilege-escalation-pods': some((container) => security(container, 'allowPrivilegeEscalation') !== false),
  'root-pods': some((container, pod) => {
    const user = inherited(container, pod, 'runAsUser');
    return typeof user === 'number' ? user === 0 : inherited(container, pod, 'runAsNonRoot') !== true;
  }),
  'net-raw-pods': some(hasNetRaw),
  'added-capability-pods': some((container) => adds(container).length > 0),
  'capability-sets': some((container) => !drops(container).includes('ALL')),
  'windows-host-process-pods': some(
    (container, pod) => inherited(container, pod, 'windowsOptions', 'hostProcess') === true,
  ),
  'host-path-pods': ({ spec }) =>
    listOf(memberOf(spec, 'volumes')).some((volume) => isObject(memberOf(volume, 'hostPath'))),
  'host-port-pods': some((container) =>
    listOf(memberOf(container, 'ports')).some((port) => Number(memberOf(port, 'hostPort') ?? 0) > 0),
  ),
  'secret-environment': some(
    (container) =>
      listOf(memberOf(container, 'env')).some((one) =>
        isObject(memberOf(one, 'valueFrom', 'secretKeyRef')),
      ) || listOf(memberOf(container, 'envFrom')).some((one) => isObject(memberOf(one, 'secretRef'))),
  ),
  'seccomp-pods': some(
    (container, pod) =>
      !['RuntimeDefault', 'Localhost'].includes(textOf(inherited(container, pod, 'seccompProfile', 'type'))),
  ),
  'security-context-pods': some((container) => !isObject(security(container))),
};

export const POD_QUESTIONS = Object.keys(QUESTIONS) as readonly ObjectQuestion[];

/** Whether a pod breaks what a question asks. */
export const breaks = (question: ObjectQuestion, pod: AskedPod): boolean =>
  entryOf(QUESTIONS, question)?.(pod) === true;
