// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PodEndpoint, Reachability, readNetworkPolicies } from '@bartizan/engine/reachability';

interface Named {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
}

/** A step of a test: a probe, or a change that stays in force. */
interface Step {
  readonly from?: string;
  readonly to?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly connects?: boolean;
  readonly policy?: string;
  readonly in?: 'ingress' | 'egress';
  readonly swap?: readonly [number, number];
  readonly set?: string;
  readonly value?: unknown;
  readonly prepend?: {
    readonly action: string;
    readonly to: readonly { readonly addressesOf: readonly string[] }[];
  };
  readonly delete?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
}
interface ProbeTest {
  readonly id: string;
  readonly manifests: readonly string[];
  readonly steps: readonly Step[];
}

/** The pods of the StatefulSets of the base manifests, each with an address of its own. */
function podsOf(objects: readonly Named[]): Map<string, PodEndpoint> {
  const pods = new Map<string, PodEndpoint>();
  for (const object of objects.filter(({ kind }) => kind === 'StatefulSet')) {
    const { replicas, template } = object.spec as {
      replicas: number;
      template: {
        metadata: { labels: Record<string, string> };
        spec: {
          hostNetwork?: boolean;
          containers: { ports?: { name?: string; protocol?: string; containerPort: number }[] }[];
        };
      };
    };
    for (let at = 0; at < replicas; at++) {
      const namespace = object.metadata.namespace ?? 'default';
      const name = `${object.metadata.name}-${at}`;
      pods.set(`${namespace}/${name}`, {
        kind: 'pod',
        namespace,
        namespaceLabels: {},
        name,
        labels: template.metadata.labels,
        addresses: [`10.2.0.${pods.size + 1}`],
        ports: template.spec.containers
          .flatMap(({ ports = [] }) => ports)
          .map((port) => ({
            name: port.name ?? '',
            protocol: port.protocol ?? 'TCP',
            number: port.containerPort,
          })),
        hostNetwork: template.spec.hostNetwork === true,
      });
    }
  }
  return pods;
}

const rulesOf = (policy: Named, direction: string): unknown[] => policy.spec[direction] as unknown[];

/** Sets `egress.5.protocols` and the like. */
function setAt(policy: Named, path: string, value: unknown): void {
  const keys = path.split('.');
  let place: Record<string, unknown> = policy.spec;
  for (const key of keys.slice(0, -1)) place = place[key] as Record<string, unknown>;
  place[keys.at(-1) ?? ''] = value;
}

/** One test as it goes on: what its steps change stays changed. */
class Stage {
  readonly pods: Map<string, PodEndpoint>;
  readonly namespaces = new Map<string, Record<string, string>>();
  policies: Named[];

  constructor(base: readonly Named[], policies: readonly Named[]) {
    this.pods = podsOf(base);
    this.policies = structuredClone([...policies]);
    for (const { kind, metadata } of base)
      if (kind === 'Namespace') this.namespaces.set(metadata.name, { ...metadata.labels });
  }

  change(step: Step): void {
    if (step.namespace !== undefined)
      this.namespaces.set(step.namespace, { ...this.namespaces.get(step.namespace), ...step.labels });
    if (step.delete !== undefined) {
      this.policies = this.policies.filter(
        ({ kind, metadata }) =>
          kind !== step.delete || `${metadata.namespace}/${metadata.name}` !== step.policy,
      );
      return;
    }
    const policy = this.policies.find(({ metadata }) => metadata.name === step.policy);
    if (policy === undefined) return;
    if (step.set !== undefined) setAt(policy, step.set, step.value);
    const rules = rulesOf(policy, step.in ?? 'egress');
    if (step.swap !== undefined) {
      const [left, right] = step.swap;
      [rules[left], rules[right]] = [rules[right], rules[left]];
    }
    if (step.prepend !== undefined) {
      const networks = step.prepend.to.flatMap(({ addressesOf }) =>
        addressesOf.flatMap((pod) => (this.pods.get(pod)?.addresses ?? []).map((address) => `${address}/32`)),
      );
      rules.unshift({ action: step.prepend.action, to: [{ networks }] });
    }
  }

  pod(id: string): PodEndpoint {
    const pod = this.pods.get(id);
    if (pod === undefined) throw new Error(`no pod ${id}`);
    return { ...pod, namespaceLabels: this.namespaces.get(pod.namespace) ?? {} };
  }
}

/** Every probe of a test with whether the engine agrees. */
export function runProbes(
  test: ProbeTest,
  base: readonly unknown[],
  manifests: readonly unknown[],
): { readonly right: boolean; readonly about: string }[] {
  const stage = new Stage(base as Named[], manifests as Named[]);
  const outcomes: { right: boolean; about: string }[] = [];
  for (const step of test.steps) {
    if (step.connects === undefined || step.from === undefined || step.to === undefined) {
      stage.change(step);
      continue;
    }
    const { reach } = new Reachability(readNetworkPolicies(stage.policies)).ask({
      from: stage.pod(step.from),
      to: stage.pod(step.to),
      protocol: (step.protocol ?? 'tcp').toUpperCase(),
      port: step.port ?? 0,
    });
    outcomes.push({
      right: reach === (step.connects ? 'allowed' : 'denied'),
      about: `${test.id}: ${step.from} to ${step.to} ${step.protocol}/${step.port} was ${reach}`,
    });
  }
  return outcomes;
}
