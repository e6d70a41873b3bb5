// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { ask, fieldOf, type InstallFailure, listOf, numberAt, read, textAt } from './answers.ts';
import { NAMES } from './objects/object.ts';

/** One pod of ours. */
export interface PodState {
  readonly name: string;
  readonly node: string;
  readonly part: 'controller' | 'agent';
  readonly phase: string;
  /** Whether it is what the workload asks for now, and not of an earlier try. */
  readonly current: boolean;
  readonly ready: boolean;
  readonly restarts: number;
  /** Why it waits; empty when it does not. */
  readonly waiting: string;
  readonly message: string;
}
/** How far the parts are. */
export interface PartStates {
  readonly controller: { readonly wanted: number; readonly ready: number; readonly problem: string };
  readonly agent: { readonly wanted: number; readonly ready: number; readonly problem: string };
  readonly pods: readonly PodState[];
  readonly installed: boolean;
}

const MESSAGE_MAX = 300;

/** The images that a workload, or a pod, names. */
const imagesOf = (spec: unknown): string =>
  listOf(fieldOf(spec, 'containers'))
    .map((one) => textAt(one, 'image'))
    .join(' ');

function podOf(pod: unknown, part: 'controller' | 'agent', workload: unknown): PodState {
  const status = listOf(fieldOf(pod, 'status', 'containerStatuses'))[0];
  const last = textAt(status, 'lastState', 'terminated', 'message');
  return {
    name: textAt(pod, 'metadata', 'name'),
    node: textAt(pod, 'spec', 'nodeName'),
    part,
    phase: textAt(pod, 'status', 'phase'),
    current: imagesOf(fieldOf(pod, 'spec')) === imagesOf(fieldOf(workload, 'spec', 'template', 'spec')),
    ready: fieldOf(status, 'ready') === true,
    restarts: numberAt(status, 'restartCount'),
    waiting: textAt(status, 'state', 'waiting', 'reason'),
    message: (textAt(status, 'state', 'waiting', 'message') || last).slice(0, MESSAGE_MAX),
  };
}

async function podsOf(
  server: ApiServer,
  part: 'controller' | 'agent',
  workload: unknown,
): Promise<Result<PodState[], InstallFailure>> {
  const namespace = part === 'agent' ? NAMES.agentNamespace : NAMES.namespace;
  const selector = encodeURIComponent(`app.kubernetes.io/name=bartizan-${part}`);
  const listed = await ask(server, {
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}&limit=5000`,
  });
  return listed.ok
    ? ok(listOf(fieldOf(listed.value, 'items')).map((pod) => podOf(pod, part, workload)))
    : listed;
}

/** The condition with which a workload says that its pods are refused, for instance by Pod Security. */
const refusalOf = (workload: unknown): string =>
  listOf(fieldOf(workload, 'status', 'conditions'))
    .filter((one) => textAt(one, 'type') === 'ReplicaFailure' && textAt(one, 'status') === 'True')
    .map((one) => textAt(one, 'message').slice(0, MESSAGE_MAX))
    .join('; ');

/** Reads how far everything is. */
export async function readParts(server: ApiServer): Promise<Result<PartStates, InstallFailure>> {
  const deployment = await read(server, {
    kind: 'Deployment',
    metadata: { name: NAMES.controller, namespace: NAMES.namespace },
  });
  if (!deployment.ok) return deployment;
  const daemons = await read(server, {
    kind: 'DaemonSet',
    metadata: { name: NAMES.agent, namespace: NAMES.agentNamespace },
  });
  if (!daemons.ok) return daemons;
  const controllerPods = await podsOf(server, 'controller', deployment.value);
  if (!controllerPods.ok) return controllerPods;
  const agentPods = await podsOf(server, 'agent', daemons.value);
  if (!agentPods.ok) return agentPods;
  const isSettled = (workload: unknown): boolean =>
    numberAt(workload, 'status', 'observedGeneration') >= numberAt(workload, 'metadata', 'generation');
  const updated = (workload: unknown, ready: number, fresh: number): number =>
    isSettled(workload) ? Math.min(ready, fresh) : 0;
  return ok({
    controller: {
      wanted: numberAt(deployment.value, 'spec', 'replicas'),
      ready: updated(
        deployment.value,
        numberAt(deployment.value, 'status', 'readyReplicas'),
        numberAt(deployment.value, 'status', 'updatedReplicas'),
      ),
      problem: refusalOf(deployment.value),
    },
    agent: {
      wanted: isSettled(daemons.value) ? numberAt(daemons.value, 'status', 'desiredNumberScheduled') : -1,
      ready: updated(
        daemons.value,
        numberAt(daemons.value, 'status', 'numberReady'),
        numberAt(daemons.value, 'status', 'updatedNumberScheduled'),
      ),
      problem: refusalOf(daemons.value),
    },
    pods: [...controllerPods.value, ...agentPods.value],
    installed: deployment.value !== undefined && daemons.value !== undefined,
  });
}

export const isReady = ({ controller, agent }: PartStates): boolean =>
  controller.wanted > 0 &&
  controller.ready >= controller.wanted &&
  agent.wanted >= 0 &&
  agent.ready >= agent.wanted;

const IMAGE_REASONS = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'];
const RESTARTS_BORNE = 3;

/** What will not get better by waiting. */
export function lastingProblem(states: PartStates): InstallFailure | undefined {
  const pods = states.pods.filter((pod) => pod.current);
  const without = pods.filter((pod) => IMAGE_REASONS.includes(pod.waiting));
  if (without.length > 0) {
    const nodes = [...new Set(without.map((pod) => pod.node))].slice(0, 10).join(', ');
    return failure('E_CLUSTER_IMAGES', `${nodes}: ${without[0]?.message || without[0]?.waiting}`);
  }
  const refused = states.controller.problem || states.agent.problem;
  if (refused !== '') return failure('E_CLUSTER_PODS', refused);
  const broken = pods.find((pod) => pod.waiting === 'CrashLoopBackOff' && pod.restarts > RESTARTS_BORNE);
  return broken === undefined
    ? undefined
    : failure('E_CLUSTER_PODS', `${broken.name} on ${broken.node}: ${broken.message || broken.waiting}`);
}

/** What the pods that are not ready say, for the end of a wait. */
export const unready = (states: PartStates): Result<never, InstallFailure> => {
  const words = states.pods
    .filter((pod) => !pod.ready)
    .map((pod) => `${pod.name} on ${pod.node || '-'}: ${pod.waiting || pod.phase} ${pod.message}`.trim());
  return err(failure('E_CLUSTER_PODS', words.slice(0, 5).join('; ') || 'no pod was made in time'));
};
