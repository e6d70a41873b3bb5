// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { workloadIdOf } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import {
  type CheckResult,
  type ComplianceControl,
  exactly,
  type Finding,
  type LocalText,
  ok,
  type Result,
  type Scope,
  type WorkloadRef,
} from '@bartizan/contracts';
import type { Benchmark, ComplianceRun } from '@bartizan/contracts/compliance';
import { findingId } from '@bartizan/engine';
import { type BenchmarkVerdict, isBenchmarkCheck, verdictsOfRun } from '@bartizan/engine/compliance';
import type { ApiFailure, Clock, Owner, Publish } from '../../ports.ts';
import type { FindingLedger } from '../finding-ledger.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly findings: Pick<FindingLedger, 'replace'>;
  readonly benchmarks: readonly Benchmark[];
  /** Which items of the lists a check is evidence for, is what the controls say. */
  readonly controls: readonly ComplianceControl[];
}

/** Where the whole cluster was judged last. */
interface Source {
  readonly node: string;
  readonly at: number;
}

interface Said {
  readonly owner: Owner;
  readonly node: string | undefined;
  readonly subject: WorkloadRef;
  readonly run: string;
  readonly verdicts: readonly BenchmarkVerdict[];
}

const PAGE = 1000;
/** Longest diff a finding carries; a longer one stands in the run. */
const COMMAND_MAX = 4000;

const both = (one: LocalText, more: LocalText, most: number): LocalText => ({
  en: `${one.en}${more.en}`.slice(0, most),
  ja: `${one.ja}${more.ja}`.slice(0, most),
});

const hostOf = ({ cluster }: Owner, name: string): WorkloadRef => ({
  workload: workloadIdOf(cluster, { kind: 'Host', namespace: '', name }),
  kind: 'Host',
  namespace: '',
  name,
});

/** The cluster as a whole; an id of its own, apart from what other judges say of it. */
function clusterOf({ cluster }: Owner): WorkloadRef {
  const id = createHash('sha256').update([cluster, 'benchmark', 'Cluster'].join('\n')).digest('hex');
  return { workload: `o-${id.slice(0, 20)}`, kind: 'KubernetesObject', namespace: '', name: 'Cluster' };
}

/**
 * Failed checks of benchmarks as findings, and all of them for the scorecard: the newest run of a node replaces what was
 * said of it, and only what came out otherwise is written. What is unknown now closes nothing.
 */
export class BenchmarkFindings {
  readonly #parts: Parts;
  readonly #items: ReadonlyMap<string, Finding['owasp']>;
  /** Subject to what was written of it. */
  readonly #written = new Map<string, string>();
  readonly #sources = new Map<string, Source>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#items = itemsOf(parts.controls);
  }

  /** A run of a node was kept. */
  judged(scope: Scope, owner: Owner, node: string): Promise<Result<void, ApiFailure>> {
    const done = this.#running.then(() => this.#judge(scope, owner, node));
    this.#running = done.catch(() => undefined);
    return done;
  }

  async #judge(scope: Scope, owner: Owner, node: string): Promise<Result<void, ApiFailure>> {
    // An older bundle may have come after a newer run: the newest counts.
    const listed = await this.#parts.store.complianceRuns.list(scope, {
      filter: [exactly('node', node)],
      // A run ahead of the clock would be the newest until its time is there.
      toMs: this.#parts.clock.nowMs() + 1,
      limit: 1,
    });
    if (!listed.ok) return listed;
    const [run] = listed.value.items;
    const place = run?.nodes.find((one) => one.node === node);
    if (run === undefined || place === undefined) return ok(undefined);
    const { ofNode, ofCluster } = verdictsOfRun(run, this.#parts.benchmarks);
    const said = { owner, run: run.id };
    const kept = await this.#write(scope, {
      ...{ ...said, node, subject: hostOf(owner, place.name) },
      verdicts: ofNode,
    });
    if (!kept.ok || ofCluster.length === 0 || !this.#speaksForCluster(owner, node, run)) return kept;
    return this.#write(scope, {
      ...{ ...said, node: undefined, subject: clusterOf(owner) },
      verdicts: ofCluster,
    });
  }

  /** Runs of nodes that do not know the cluster say nothing of it while another one does. */
  #speaksForCluster({ cluster, tenant }: Owner, node: string, run: ComplianceRun): boolean {
    const key = `${cluster}\n${tenant}`;
    const source = this.#sources.get(key);
    const knows = run.evidence.some(({ collector }) => collector === 'object');
    if (!knows) {
      if (source?.node === node) this.#sources.delete(key);
      return source === undefined || source.node === node;
    }
    if (source !== undefined && source.node !== node && source.at > run.at) return false;
    this.#sources.set(key, { node, at: run.at });
    return true;
  }

  async #write(scope: Scope, said: Said): Promise<Result<void, ApiFailure>> {
    const { store, clock, findings, publish } = this.#parts;
    const { owner, subject, verdicts } = said;
    const key = [owner.cluster, owner.tenant, subject.workload].join('\n');
    const text = JSON.stringify([subject.name, verdicts]);
    if (this.#written.get(key) === text) return ok(undefined);
    const nowMs = clock.nowMs();
    const gone = await this.#gone(scope, said);
    if (!gone.ok) return gone;
    const saved = await store.checks.put(
      scope,
      verdicts.map((verdict) => this.#check(said, verdict, nowMs)),
    );
    if (!saved.ok) return saved;
    const removed = gone.value.length === 0 ? ok(undefined) : await store.checks.remove(scope, gone.value);
    if (!removed.ok) return removed;
    const unknown = new Set(
      verdicts.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check),
    );
    const replaced = await findings.replace(scope, {
      workload: subject.workload,
      kinds: ['posture'],
      isOurs: ({ check }) => check !== undefined && isBenchmarkCheck(check),
      found: verdicts
        .filter(({ outcome }) => outcome === 'fail')
        .map((verdict) => this.#finding(said, verdict, nowMs)),
      isUnjudged: ({ check }) => check !== undefined && unknown.has(check),
    });
    if (!replaced.ok) return replaced;
    this.#written.set(key, text);
    publish({ topic: 'finding', ...owner, data: { workload: subject.workload } });
    return ok(undefined);
  }

  /** Checks that the run does not ask any more: of another edition, or of a program that is gone. */
  async #gone(scope: Scope, { subject, verdicts }: Said): Promise<Result<string[], ApiFailure>> {
    const asked = new Set(verdicts.map(({ check }) => check));
    const gone: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.checks.list(scope, {
        filter: [exactly('workload', subject.workload)],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      for (const { check } of page.value.items)
        if (isBenchmarkCheck(check) && !asked.has(check)) gone.push(`${check}|${subject.workload}`);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(gone);
  }

  #owasp(check: string): Finding['owasp'] {
    return this.#items.get(check) ?? { 2022: [], 2025: [] };
  }

  #check({ owner, subject, run }: Said, verdict: BenchmarkVerdict, nowMs: number): CheckResult {
    const { check, outcome, severity, title, said, evidence } = verdict;
    return {
      check,
      ...owner,
      ...{ subject, outcome, severity, title },
      evidence: [said.en, ...evidence],
      ...(outcome === 'fail' ? { fix: fixOf(verdict, run) } : {}),
      owasp: this.#owasp(check),
      checkedAtMs: nowMs,
    };
  }

  #finding({ owner, subject, node, run }: Said, verdict: BenchmarkVerdict, nowMs: number): Finding {
    const { check, severity, title, said, why, evidence } = verdict;
    return {
      id: findingId({ workload: subject.workload, kind: 'posture', cause: check }),
      ...owner,
      kind: 'posture',
      title: both({ en: 'Not met: ', ja: '未達：' }, title, 512),
      ...{ severity, subject, check },
      ...(node === undefined ? {} : { node }),
      evidence: evidence.length === 0 ? [said.en] : [...evidence],
      why: [
        { step: 'check', detail: said },
        { step: 'risk', detail: why },
      ],
      fix: fixOf(verdict, run),
      owasp: this.#owasp(check),
      attack: [],
      state: 'open',
      groupKey: `check:${check}`,
      firstSeenAtMs: nowMs,
      lastSeenAtMs: nowMs,
    };
  }
}

/** What to do, with the diff that was tried on the evidence; a part of a diff is never shown as if it were whole. */
function fixOf({ action, fix }: BenchmarkVerdict, run: string): Finding['fix'] {
  if (fix === undefined) return { state: 'configuration', action: both(action, { en: '', ja: '' }, 2000) };
  if (fix.length <= COMMAND_MAX)
    return { state: 'configuration', action: both(action, { en: '', ja: '' }, 2000), command: fix };
  const where = {
    en: ` (the diff is long: it stands in run ${run})`,
    ja: `（差分が長いため、実行 ${run} を参照してください）`,
  };
  return { state: 'configuration', action: both(action, where, 2000) };
}

/** Items of both editions by check: those of every control that claims it. */
function itemsOf(controls: readonly ComplianceControl[]): Map<string, Finding['owasp']> {
  const items = new Map<string, Finding['owasp']>();
  for (const { detects, owasp } of controls)
    for (const id of detects.filter(isBenchmarkCheck)) {
      const known = items.get(id);
      items.set(id, {
        2022: [...new Set([...(known?.[2022] ?? []), ...owasp[2022]])],
        2025: [...new Set([...(known?.[2025] ?? []), ...owasp[2025]])],
      });
    }
  return items;
}
