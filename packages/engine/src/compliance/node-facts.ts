// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type BenchmarkComponent,
  DISTRIBUTIONS,
  type Distribution,
  type Evidence,
  type EvidenceCollector,
} from '@bartizan/contracts/compliance';
import { type ReleaseNumber, readRelease } from './release-number.ts';

/** Parts of Kubernetes that a provider keeps to itself. */
export const CONTROL_PLANE: ReadonlySet<string> = new Set([
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
]);
const MANAGED: ReadonlySet<string> = new Set(['eks', 'gke', 'aks']);

/** The evidence of one node, found by what collected it and what it is about. */
export class NodeFacts {
  readonly evidence: readonly Evidence[];
  /** When it was collected, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly #index = new Map<string, Evidence[]>();

  constructor(evidence: readonly Evidence[]) {
    this.evidence = evidence;
    this.at = evidence.reduce((latest, one) => Math.max(latest, one.collectedAt), 0);
    for (const one of evidence) {
      const key = `${one.collector}/${one.subject}`;
      const known = this.#index.get(key);
      if (known === undefined) this.#index.set(key, [one]);
      else known.push(one);
    }
  }

  of(collector: EvidenceCollector, subject: string): readonly Evidence[] {
    return this.#index.get(`${collector}/${subject}`) ?? [];
  }

  /** The text of the only evidence of its kind. */
  text(collector: EvidenceCollector, subject: string): string | undefined {
    const [one] = this.of(collector, subject);
    return one?.state === 'known' && typeof one.value === 'string' ? one.value : undefined;
  }

  get distribution(): Distribution | undefined {
    const told = this.text('host', 'distribution');
    return DISTRIBUTIONS.find((known) => known === told);
  }

  /** The provider runs the control plane: that it is not seen here says nothing of it. */
  get isManaged(): boolean {
    return MANAGED.has(this.distribution ?? '');
  }

  version(component: BenchmarkComponent): string | undefined {
    return this.text('version', component);
  }

  release(component: BenchmarkComponent): ReleaseNumber | undefined {
    const told = this.version(component) ?? (isKubernetes(component) ? this.kubernetes() : undefined);
    return told === undefined ? undefined : readRelease(told);
  }

  /** The version of Kubernetes, by the part of it that is here. */
  kubernetes(): string | undefined {
    return this.version('kubelet') ?? this.version('kube-apiserver') ?? this.version('kube-proxy');
  }

  isRunning(component: BenchmarkComponent): boolean {
    return this.of('process', component).some(({ state }) => state !== 'absent');
  }
}

const isKubernetes = (component: BenchmarkComponent): boolean =>
  component.startsWith('kube') && component !== 'etcd';
