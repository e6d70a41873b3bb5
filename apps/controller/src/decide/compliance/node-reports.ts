// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type NodeEvidence, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { ExampleEvidence } from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { isSealed, sealEvidence } from '@bartizan/engine/compliance';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import { type ComplianceDesk, datedBy } from './compliance-desk.ts';

type Agent = Owner & { readonly node: string };

interface Parts {
  readonly desk: Pick<ComplianceDesk, 'take'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose cluster is watched. */
  readonly owner: Owner;
  /** What is known of that cluster; none: nothing yet, or no cluster is watched. */
  readonly answers: () => readonly ExampleEvidence[];
  /** How long changes are collected; for tests. */
  readonly quietMs?: number;
}

/** The node whose runs hold what is asked of the whole cluster. */
interface Carrier {
  readonly agent: Agent;
  readonly report: NodeEvidence;
  readonly isControlPlane: boolean;
  readonly toldAtMs: number;
}

const QUIET_MS = 1000;
/** A change is told within five seconds, however long judging takes. */
const WAIT_MS_MAX = 3000;
/** Of all time, the part that judging may take at most is one in this many. */
const SHARE = 10;
/** Agents tell again each hour: one that was silent for so long carries nothing any more. */
const SILENT_MS = 2 * 3600_000;

const runs = ({ evidence }: NodeEvidence, component: string): boolean =>
  evidence.some(
    ({ collector, subject, state }) => collector === 'process' && subject === component && state !== 'absent',
  );

/**
 * Judges what agents say of their nodes. What benchmarks ask of the whole cluster is judged with one of them, a node of
 * the control plane where there is one, and again soon after the cluster changed.
 */
export class NodeReports {
  readonly #parts: Parts;
  #carrier: Carrier | undefined;
  #judged = '';
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #tookMs = 0;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What an agent says of its own node: another name for it is not believed, changed evidence is left out. */
  report(agent: Agent, told: NodeEvidence): Promise<Result<void, ApiFailure>> {
    const nowMs = this.#parts.clock.nowMs();
    const report = {
      ...told,
      evidence: datedBy(told.evidence, nowMs),
      collectedAtMs: Math.min(told.collectedAtMs, nowMs),
    };
    if (this.#mayCarry(agent, report, nowMs))
      this.#carrier = {
        ...{ agent, report, toldAtMs: nowMs },
        isControlPlane: runs(report, 'kube-apiserver'),
      };
    return this.#inTurn(() => this.#judge(agent, report));
  }

  /** The cluster changed: it is judged soon, together with what changes until then. */
  clusterChanged(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const { quietMs = QUIET_MS } = this.#parts;
    const waitMs = Math.max(quietMs, Math.min(WAIT_MS_MAX, this.#tookMs * SHARE));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#inTurn(() => this.#again());
    }, waitMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#running.then(work);
    this.#running = done.catch(() => undefined);
    return done;
  }

  #mayCarry({ cluster, tenant, node }: Agent, report: NodeEvidence, nowMs: number): boolean {
    const { owner } = this.#parts;
    const isControlPlane = runs(report, 'kube-apiserver');
    if (cluster !== owner.cluster || tenant !== owner.tenant) return false;
    if (!isControlPlane && !runs(report, 'kubelet')) return false;
    const carrier = this.#carrier;
    if (carrier === undefined || carrier.agent.node === node) return true;
    if (nowMs - carrier.toldAtMs > SILENT_MS) return true;
    return isControlPlane === carrier.isControlPlane ? node < carrier.agent.node : isControlPlane;
  }

  async #again(): Promise<void> {
    const { log } = this.#parts;
    const carrier = this.#carrier;
    if (carrier === undefined || this.#isClosed) return;
    try {
      if (contentHash(this.#parts.answers()) === this.#judged) return;
      const done = await this.#judge(carrier.agent, carrier.report);
      if (done.ok) return;
      log.warn({ code: done.error.code, detail: done.error.detail }, 'checks of the cluster wait to be kept');
    } catch (cause) {
      log.error({ err: cause }, 'checks of the cluster were not judged');
    }
    this.clusterChanged();
  }

  async #judge(agent: Agent, report: NodeEvidence): Promise<Result<void, ApiFailure>> {
    const startedMs = performance.now();
    const { cluster, tenant, node } = agent;
    const { name, collectedAtMs } = report;
    const evidence = report.evidence.filter(isSealed).map((one) => ({ ...one, node }));
    const content = { node, name, collectedAt: collectedAtMs, evidence };
    const isCarrier = this.#carrier?.agent.node === node;
    const answers = isCarrier ? this.#parts.answers() : [];
    const bundle = { format: 'bartizan.compliance-bundle/1', sha256: contentHash(content), content } as const;
    // The run keeps its id: what the cluster answers changes far more often than the node, and would fill its history.
    const more = sealEvidence(answers, this.#parts.clock.nowMs());
    const taken = await this.#parts.desk.take(
      tenantScope(cluster, tenant),
      { cluster, tenant },
      bundle,
      more,
    );
    if (!taken.ok) return taken;
    if (isCarrier) this.#judged = contentHash(answers);
    this.#tookMs = performance.now() - startedMs;
    return ok(undefined);
  }
}
