// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import {
  type AuditRequestsReport,
  type Container,
  type ContainerSecretReport,
  type EnvironmentSecretReport,
  exactly,
  type InventoryRecord,
  type Node,
  type NodeEvidence,
  ok,
  type PackageReport,
  type PackageUseReport,
  type PostureFacts,
  type Result,
  type Scope,
  tenantScope,
  type Workload,
} from '@bartizan/contracts';
import { LIVE_STATES } from '../live-states.ts';
import type { ApiFailure, Clock, Log, Publish } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';
import type { AgentIdentity } from './agent-identity.ts';
import { endWorkloads } from './ended-workloads.ts';
import type { PlacedRecord } from './ingest.ts';
import { type Place, ScanParts } from './scan-parts.ts';
import { foreign, SubjectGuard } from './subject-guard.ts';

/** A whole package list, ready to be judged. */
export interface CompletedScan {
  readonly agent: AgentIdentity;
  readonly subject: PackageReport['subject'];
  readonly record: ScanRecord;
  readonly pendingUpdates: PackageReport['pendingUpdates'];
  /** Image of the container that was scanned, where it is known. */
  readonly imageDigest?: string;
}
/** Who judges what was reported. They resolve when the reports are safe to forget here. */
export interface Judges {
  readonly onScan: (scan: CompletedScan) => void;
  readonly onFacts: (agent: AgentIdentity, facts: PostureFacts) => Promise<Result<void, ApiFailure>>;
  readonly onUse: (agent: AgentIdentity, report: PackageUseReport) => Promise<Result<void, ApiFailure>>;
  readonly onSecrets: (
    agent: AgentIdentity,
    report: ContainerSecretReport,
  ) => Promise<Result<void, ApiFailure>>;
  readonly onEnvironment: (
    agent: AgentIdentity,
    report: EnvironmentSecretReport,
  ) => Promise<Result<void, ApiFailure>>;
  readonly onEvidence: (agent: AgentIdentity, report: NodeEvidence) => Promise<Result<void, ApiFailure>>;
  readonly onAudit: (agent: AgentIdentity, report: AuditRequestsReport) => Promise<Result<void, ApiFailure>>;
  /** A container with the image it runs. */
  readonly onContainer: (container: Container) => Promise<Result<void, ApiFailure>>;
}
interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly judges: Judges;
  /** Told of each report of a node that is on disk. */
  readonly onNodeStored: (agent: AgentIdentity, madeAtMs: number) => void;
  /** Passed by every writer of nodes. */
  readonly nodeTurnstile: Turnstile;
  /** Passed by every writer of workloads. */
  readonly workloadTurnstile: Turnstile;
  /** Whether the cluster itself tells how many of a workload run. */
  readonly isWatched: (workload: string) => boolean;
}

type RecordOf<T extends InventoryRecord['type']> = Extract<InventoryRecord, { type: T }>;
const PAGE = 1000;

/** Brings what agents report of machines, workloads and containers into the store. */
export class Inventory {
  readonly #parts: Parts;
  readonly #guard: SubjectGuard;
  readonly #scans: ScanParts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#guard = new SubjectGuard(parts);
    this.#scans = new ScanParts(parts.clock);
  }

  /**
   * Takes records of one agent in order. A record that speaks for another node, or collides with one of another tenant,
   * is refused and counted; every other failure stops, so that nothing is acknowledged half.
   */
  async take(
    agent: AgentIdentity,
    records: readonly PlacedRecord[],
  ): Promise<Result<{ readonly rejected: number }, ApiFailure>> {
    let rejected = 0;
    for (const { record, ...place } of records) {
      const taken = await this.#one(agent, record, { ...place, node: agent.node });
      if (taken.ok) continue;
      const { code, detail } = taken.error;
      if (code !== 'E_NODE_MISMATCH' && code !== 'E_CONFLICT') return taken;
      rejected += 1;
      this.#parts.log.warn({ node: agent.node, code, detail, type: record.type }, 'a record was refused');
    }
    return ok({ rejected });
  }

  /** Sequence of the first record of a node that may not be acknowledged yet; undefined = all may. */
  heldFrom(agent: AgentIdentity, bootId: string): number | undefined {
    return this.#scans.heldFrom(agent.node, bootId);
  }

  #one(agent: AgentIdentity, record: InventoryRecord, place: Place): Promise<Result<void, ApiFailure>> {
    switch (record.type) {
      case 'node':
        return this.#parts.nodeTurnstile.run(() => this.#node(agent, record.node));
      case 'workload':
        return this.#parts.workloadTurnstile.run(() => this.#workload(agent, record.workload));
      case 'container':
        return this.#container(agent, record.container);
      case 'container-snapshot':
        return this.#snapshot(agent, record);
      case 'packages':
        return this.#packages(agent, record, place);
      case 'package-use':
        return this.#parts.judges.onUse(agent, record);
      case 'secrets':
        return this.#parts.judges.onSecrets(agent, record);
      case 'environment-secrets':
        return this.#parts.judges.onEnvironment(agent, record);
      case 'posture-facts':
        return this.#facts(agent, record);
      case 'node-evidence':
        return this.#evidence(agent, record);
      case 'audit-requests':
        return this.#parts.judges.onAudit(agent, record);
      case 'loss':
        return Promise.resolve(ok(undefined));
    }
  }

  async #node(agent: AgentIdentity, reported: Node): Promise<Result<void, ApiFailure>> {
    if (reported.id !== agent.node) return foreign(`it reports node ${reported.id}`);
    const scope = scopeOf(agent);
    const known = await this.#parts.store.nodes.get(scope, agent.node);
    if (!known.ok) return known;
    const nowMs = this.#parts.clock.nowMs();
    const { notStored: _claimed, ...said } = reported;
    const node: Node = {
      ...said,
      id: agent.node,
      cluster: agent.cluster,
      tenant: agent.tenant,
      firstSeenAtMs: known.value?.firstSeenAtMs ?? nowMs,
      lastSeenAtMs: nowMs,
      ...(known.value?.clockSkewMs === undefined ? {} : { clockSkewMs: known.value.clockSkewMs }),
    };
    const saved = await this.#parts.store.nodes.put(scope, [node]);
    if (!saved.ok) return saved;
    this.#parts.onNodeStored(agent, reported.lastSeenAtMs);
    this.#tell(agent, 'node', node);
    return saved;
  }

  async #workload(agent: AgentIdentity, reported: Workload): Promise<Result<void, ApiFailure>> {
    const scope = scopeOf(agent);
    const known = await this.#parts.store.workloads.get(scope, reported.id);
    if (!known.ok) return known;
    if (known.value !== undefined && !isSameWorkload(known.value, reported))
      return foreign(`${reported.id} is ${known.value.kind} ${known.value.name}`);
    const others = await this.#othersOf(agent, known.value);
    if (!others.ok) return others;
    const nowMs = this.#parts.clock.nowMs();
    const nodes = new Set([...others.value, agent.node]);
    const saved = await this.#parts.store.workloads.put(scope, [
      {
        ...reported,
        cluster: agent.cluster,
        tenant: agent.tenant,
        nodes: [...nodes],
        modes: known.value?.modes ?? reported.modes,
        firstSeenAtMs: known.value?.firstSeenAtMs ?? reported.firstSeenAtMs,
        lastSeenAtMs: nowMs,
      },
    ]);
    if (saved.ok) this.#tell(agent, 'workload', { id: reported.id });
    return saved;
  }

  /** Nodes that a workload is known to run on. A host is of one node: another one may not join it. */
  async #othersOf(
    agent: AgentIdentity,
    known: Workload | undefined,
  ): Promise<Result<readonly string[], ApiFailure>> {
    if (known?.kind !== 'Host') return ok(known?.nodes ?? []);
    const claim = await this.#guard.claim(agent, known);
    if (!claim.ok) return claim;
    if (claim.value === 'foreign') return foreign(`${known.id} is another host`);
    return ok(claim.value === 'own' ? known.nodes : []);
  }

  async #facts(agent: AgentIdentity, report: PostureFacts): Promise<Result<void, ApiFailure>> {
    const mayTell = await this.#guard.check(agent, report.subject);
    return mayTell.ok ? this.#parts.judges.onFacts(agent, report) : mayTell;
  }

  async #evidence(agent: AgentIdentity, report: NodeEvidence): Promise<Result<void, ApiFailure>> {
    const mayTell = await this.#guard.checkNamed(agent, report.name);
    return mayTell.ok ? this.#parts.judges.onEvidence(agent, report) : mayTell;
  }

  async #container(agent: AgentIdentity, reported: Container): Promise<Result<void, ApiFailure>> {
    if (reported.node !== agent.node) return foreign(`it reports a container of ${reported.node}`);
    const scope = scopeOf(agent);
    const known = await this.#parts.store.containers.get(scope, reported.id);
    if (!known.ok) return known;
    if (known.value !== undefined && known.value.node !== agent.node)
      return foreign(`container ${reported.id} runs on ${known.value.node}`);
    const container: Container = {
      ...reported,
      cluster: agent.cluster,
      tenant: agent.tenant,
      node: agent.node,
    };
    const saved = await this.#parts.store.containers.put(scope, [container]);
    if (!saved.ok) return saved;
    this.#tell(agent, 'workload', { id: container.workload });
    return this.#parts.judges.onContainer(container);
  }

  /** Containers of the node that run no more have ended, and so have workloads of which nothing is left. */
  async #snapshot(
    agent: AgentIdentity,
    snapshot: RecordOf<'container-snapshot'>,
  ): Promise<Result<void, ApiFailure>> {
    const scope = scopeOf(agent);
    const running = new Set(snapshot.containers);
    const live = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.containers.list(scope, {
        filter: [exactly('node', agent.node), exactly('state', ...LIVE_STATES)],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      const ended: Container[] = [];
      for (const container of page.value.items) {
        if (running.has(container.id) || (container.createdAtMs ?? 0) > snapshot.atMs)
          live.add(container.workload);
        else ended.push({ ...container, state: 'exited', endedAtMs: snapshot.atMs });
      }
      const saved = await this.#parts.store.containers.put(scope, ended);
      if (!saved.ok) return saved;
      for (const container of ended) this.#tell(agent, 'workload', { id: container.workload });
      cursor = page.value.next;
    } while (cursor !== undefined);
    const gone = await endWorkloads(this.#parts, { scope, node: agent.node, live });
    if (!gone.ok) return gone;
    for (const id of gone.value) this.#tell(agent, 'workload', { id });
    return ok(undefined);
  }

  async #packages(
    agent: AgentIdentity,
    report: PackageReport,
    place: Place,
  ): Promise<Result<void, ApiFailure>> {
    const mayTell = await this.#guard.check(agent, report.subject);
    if (!mayTell.ok) return mayTell;
    const whole = this.#scans.add(place, report);
    if (whole === undefined) return ok(undefined);
    const record: ScanRecord = {
      workload: report.subject.workload,
      ...(report.subject.container === undefined ? {} : { container: report.subject.container }),
      scan: report.scan,
      distribution: report.distribution,
      distributionName: report.distributionName,
      packages: whole.packages,
      coverage: whole.coverage,
      incomplete: whole.incomplete,
      scannedAtMs: report.scannedAtMs,
      matchedWith: '',
    };
    const saved = await this.#parts.store.scans.put(scopeOf(agent), record);
    if (!saved.ok) return saved;
    const imageDigest = await this.#imageOf(agent, report.subject);
    if (!imageDigest.ok) return imageDigest;
    this.#parts.judges.onScan({
      agent,
      subject: report.subject,
      record,
      pendingUpdates: whole.pendingUpdates,
      ...(imageDigest.value === undefined ? {} : { imageDigest: imageDigest.value }),
    });
    return ok(undefined);
  }

  async #imageOf(
    agent: AgentIdentity,
    { imageDigest, container }: PackageReport['subject'],
  ): Promise<Result<string | undefined, ApiFailure>> {
    if (imageDigest !== undefined || container === undefined) return ok(imageDigest);
    const found = await this.#parts.store.containers.get(scopeOf(agent), container);
    return found.ok ? ok(found.value?.imageDigest) : found;
  }

  #tell(agent: AgentIdentity, topic: 'node' | 'workload', data: unknown): void {
    this.#parts.publish({ topic, cluster: agent.cluster, tenant: agent.tenant, data });
  }
}

/** The id of a workload is made of these: one that names something else is not the same. */
const isSameWorkload = (known: Workload, reported: Workload): boolean =>
  known.kind === reported.kind && known.namespace === reported.namespace && known.name === reported.name;

const scopeOf = (agent: AgentIdentity): Scope => tenantScope(agent.cluster, agent.tenant);
