// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type EnvironmentSecretReport,
  err,
  type Finding,
  failure,
  ok,
  type Result,
  type Scope,
  type SecretRule,
  tenantScope,
} from '@bartizan/contracts';
import { type FindingPlace, secretFinding } from '@bartizan/scan';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../ports.ts';
import type { FindingLedger, Replacement } from './finding-ledger.ts';
import { openSecretFindings } from './open-secret-findings.ts';
import { runningContainers } from './running-containers.ts';

/** A variable of a container of a pod. */
export interface PodVariable {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly variable: string;
  readonly fingerprint: string;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly findings: FindingLedger;
  readonly rules: readonly SecretRule[];
  /** Whether the objects of the cluster say where a variable comes from: then it is no finding of its own. */
  readonly isExplained: (owner: Owner, about: PodVariable) => boolean;
}
type Agent = Owner & { readonly node: string };
type Told = EnvironmentSecretReport['secrets'][number];

const REVIEW_MS = 500;
const mismatch = (detail: string): Result<never, ApiFailure> => err(failure('E_NODE_MISMATCH', detail));
const isOfEnvironment = ({ location }: Finding): boolean => location?.kind === 'environment';
/** `env[NAME]`, behind the service where it is one of a host. */
const VARIABLE = /env\[([^\]]*)\]$/;

/** Keeps the secrets that nodes found in the environment of containers and of the services of hosts. */
export class EnvironmentSecrets {
  readonly #parts: Parts;
  readonly #rules: ReadonlyMap<string, SecretRule>;
  #timer: NodeJS.Timeout | undefined;
  #reviewing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rules = new Map(parts.rules.map((rule) => [rule.id, rule]));
  }

  /** Takes what one search found. Findings of containers that run no more go with them. */
  async take(agent: Agent, report: EnvironmentSecretReport): Promise<Result<void, ApiFailure>> {
    const { cluster, tenant } = agent;
    const scope = tenantScope(cluster, tenant);
    const { workload } = report.subject;
    const whose = await this.#whose(scope, agent.node, report.subject);
    if (!whose.ok) return whose;
    const replaced = await this.#parts.findings.replace(scope, {
      workload,
      kinds: ['secret'],
      isOurs: (finding) => isOfEnvironment(finding) && whose.value.isOurs(finding),
      found: this.#found(agent, report, whose.value.imageDigest),
      isUnjudged: ({ subject }) =>
        report.incomplete.length > 0 && subject.container === report.subject.container,
    });
    if (!replaced.ok) return replaced;
    this.#parts.publish({ topic: 'finding', cluster, tenant, data: { workload } });
    return ok(undefined);
  }

  /** Reviews in a moment: what becomes known together is held against the findings once. */
  reviewSoon(owner: Owner): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#reviewing = this.#reviewing.then(() => this.#reviewed(owner));
    }, REVIEW_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#reviewing;
  }

  async #reviewed(owner: Owner): Promise<void> {
    const done = await this.review(owner).catch((cause: unknown) => {
      this.#parts.log.error({ err: cause }, 'secrets of environments could not be reviewed');
    });
    if (done?.ok === false)
      this.#parts.log.warn({ code: done.error.code }, 'secrets of environments wait for review');
  }

  /** Takes back what the objects of the cluster explain by now: they may be known later than what runs. */
  async review(owner: Owner): Promise<Result<void, ApiFailure>> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const explained = new Map<string, Set<string>>();
    const open = await openSecretFindings(this.#parts.store, scope, isOfEnvironment);
    if (!open.ok) return open;
    for (const finding of open.value) {
      const variable = VARIABLE.exec(finding.location?.path ?? '')?.[1] ?? '';
      if (!this.#isExplained(owner, finding.subject, variable, finding.secret?.fingerprint ?? '')) continue;
      const { workload } = finding.subject;
      explained.set(workload, (explained.get(workload) ?? new Set()).add(finding.id));
    }
    for (const [workload, ids] of explained) {
      const isOurs: Replacement['isOurs'] = ({ id }) => ids.has(id);
      const replaced = await this.#parts.findings.replace(scope, {
        ...{ workload, kinds: ['secret'], isOurs, found: [] },
      });
      if (!replaced.ok) return replaced;
      this.#parts.publish({ topic: 'finding', ...owner, data: { workload } });
    }
    return ok(undefined);
  }

  /** Which findings of a workload a report speaks about: of its container and of those that ended, or of its host. */
  async #whose(
    scope: Scope,
    node: string,
    { workload, container: id, kind }: EnvironmentSecretReport['subject'],
  ): Promise<
    Result<
      { readonly isOurs: (finding: Finding) => boolean; readonly imageDigest?: string | undefined },
      ApiFailure
    >
  > {
    const { store } = this.#parts;
    if (id === undefined) {
      if (kind !== 'Host')
        return mismatch('an environment of something that neither is a container nor a host');
      const host = await store.workloads.get(scope, workload);
      if (!host.ok) return host;
      if (host.value !== undefined && (host.value.kind !== 'Host' || !host.value.nodes.includes(node)))
        return mismatch(`${workload} is another host`);
      return ok({ isOurs: (finding) => finding.node === node && finding.subject.container === undefined });
    }
    const container = await store.containers.get(scope, id);
    if (!container.ok) return container;
    if (container.value?.node !== node) return mismatch(`container ${id} does not run there`);
    const running = await runningContainers(store, scope, workload);
    if (!running.ok) return running;
    return ok({
      isOurs: ({ subject: { container: one } }) =>
        one !== undefined && (one === id || !running.value.has(one)),
      imageDigest: container.value.imageDigest,
    });
  }

  #found(
    { cluster, tenant, node }: Agent,
    { subject, secrets }: EnvironmentSecretReport,
    imageDigest: string | undefined,
  ): Finding[] {
    const place = {
      ...{ cluster, tenant, node },
      subject: { ...subject, ...(imageDigest === undefined ? {} : { imageDigest }) },
      nowMs: this.#parts.clock.nowMs(),
    };
    return secrets
      .filter(
        ({ variable, fingerprint }) =>
          !this.#isExplained({ cluster, tenant }, subject, variable, fingerprint),
      )
      .flatMap((told) => {
        const rule = this.#rules.get(told.rule);
        return rule === undefined ? [] : [findingOf(told, rule, place)];
      });
  }

  #isExplained(owner: Owner, subject: Finding['subject'], variable: string, fingerprint: string): boolean {
    const { namespace, pod, containerName: container } = subject;
    if (pod === undefined || container === undefined) return false;
    return this.#parts.isExplained(owner, { namespace, pod, container, variable, fingerprint });
  }
}

const findingOf = (told: Told, rule: SecretRule, place: FindingPlace): Finding => {
  const { variable, service, why, ...match } = told;
  const path = `${service === undefined ? '' : `${service} `}env[${variable}]`;
  const finding = secretFinding(
    { ...match, rule, kind: 'environment', path, line: 1, column: 1, roles: [], reasons: [] },
    place,
  );
  return { ...finding, why };
};
