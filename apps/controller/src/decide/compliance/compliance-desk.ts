// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { err, exactly, failure, ok, parser, type Result, type Scope } from '@bartizan/contracts';
import {
  type Benchmark,
  ComplianceBundle,
  type ComplianceCheckRow,
  type ComplianceRun,
  type Evidence,
} from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { isSealed, runBenchmarks } from '@bartizan/engine/compliance';
import { EVIDENCE_AHEAD_MAX_MS } from '@bartizan/engine/frameworks';
import { readConfigLines } from '@bartizan/scan/evidence';
import type { ApiFailure, Clock, Owner } from '../../ports.ts';
import type { BenchmarkFindings } from './benchmark-findings.ts';

const parseBundle = parser(ComplianceBundle);
/** Runs of one node that are kept; the oldest go first. */
const RUNS_OF_NODE_MAX = 30;
const RUNS_OF_PAGE = 1000;

interface Parts {
  readonly store: Store;
  /** Runs that lie ahead of it are no newest ones. */
  readonly clock: Clock;
  readonly benchmarks: readonly Benchmark[];
  /** Makes findings of runs that are kept. */
  readonly judge?: Pick<BenchmarkFindings, 'judged'>;
}

const isoTime = (atMs: number): string => new Date(atMs).toISOString();
const refused = (detail: string): Result<never, ApiFailure> => err(failure('E_COMPLIANCE_BUNDLE', detail));

/**
 * Evidence as of now at the latest. What is newest counts: a clock that was ahead once would else speak for its node,
 * and push out what comes after, until that time is there.
 */
export const datedBy = (evidence: readonly Evidence[], nowMs: number): Evidence[] =>
  evidence.map((one) => (one.collectedAt > nowMs ? { ...one, collectedAt: nowMs } : one));

/** A bundle as somebody sent it, held to its form, its hashes and the clock. */
export function readSentBundle(bytes: Uint8Array, nowMs: number): Result<ComplianceBundle, ApiFailure> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return refused('it is no JSON');
  }
  const parsed = parseBundle(value);
  if (!parsed.ok) return refused(`${parsed.error[0]?.pointer ?? ''} ${parsed.error[0]?.detail ?? ''}`);
  const { content, sha256 } = parsed.value;
  if (contentHash(content) !== sha256 || !content.evidence.every(isSealed))
    return refused('its hash does not fit');
  const latest = content.evidence.reduce((at, { collectedAt }) => Math.max(at, collectedAt), 0);
  if (latest > nowMs + EVIDENCE_AHEAD_MAX_MS)
    return refused(`its evidence is of ${isoTime(latest)}, and here it is ${isoTime(nowMs)}`);
  return ok({ ...parsed.value, content: { ...content, evidence: datedBy(content.evidence, nowMs) } });
}

/** Judges evidence by the benchmarks that fit, and keeps the runs. */
export class ComplianceDesk {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The same bundle gives the same run: sending it twice keeps one. `more`: what is known beside the bundle. */
  async take(
    scope: Scope,
    owner: Owner,
    bundle: ComplianceBundle,
    more: readonly Evidence[] = [],
  ): Promise<Result<ComplianceRun, ApiFailure>> {
    const { content, sha256 } = bundle;
    const run = runBenchmarks({
      ...owner,
      id: `run-${sha256.slice(0, 24)}`,
      node: content.node,
      name: content.name,
      evidence: [...content.evidence, ...more],
      benchmarks: this.#parts.benchmarks,
      bundleOf: sha256,
      readConfig: readConfigLines,
    });
    const { complianceRuns } = this.#parts.store;
    const saved = await complianceRuns.put(scope, [run]);
    if (!saved.ok) return saved;
    const dropped = await this.#forgetOld(scope, content.node);
    if (!dropped.ok) return dropped;
    const judged = (await this.#parts.judge?.judged(scope, owner, content.node)) ?? ok(undefined);
    return judged.ok ? ok(run) : judged;
  }

  async #forgetOld(scope: Scope, node: string): Promise<Result<void, ApiFailure>> {
    const { complianceRuns } = this.#parts.store;
    const query = { filter: [exactly('node', node)], toMs: this.#toMs(), limit: RUNS_OF_NODE_MAX + 10 };
    const listed = await complianceRuns.list(scope, query);
    if (!listed.ok) return listed;
    const old = listed.value.items.slice(RUNS_OF_NODE_MAX).map(({ id }) => id);
    if (old.length === 0) return ok(undefined);
    const removed = await complianceRuns.remove(scope, old);
    return removed.ok ? ok(undefined) : removed;
  }

  /** Runs up to now: those ahead of the clock, kept before they were refused, count when their time is there. */
  #toMs(): number {
    return this.#parts.clock.nowMs() + 1;
  }

  /** The newest run of each node, newest first: each is asked for, so that no number of runs of others hides it. */
  async newest(scope: Scope): Promise<Result<readonly ComplianceRun[], ApiFailure>> {
    const { complianceRuns } = this.#parts.store;
    const toMs = this.#toMs();
    const nodes = await complianceRuns.countBy(scope, 'ofNode', { filter: [], toMs, limit: 1 });
    if (!nodes.ok) return nodes;
    if (nodes.value.isCut) return this.#newestOfAll(scope, toMs);
    const runs: ComplianceRun[] = [];
    for (const node of nodes.value.keys()) {
      const filter = [{ field: 'ofNode', operator: 'in', values: [node], negated: false } as const];
      const listed = await complianceRuns.list(scope, { filter, toMs, limit: 1 });
      if (!listed.ok) return listed;
      runs.push(...listed.value.items);
    }
    return ok(runs.toSorted((one, two) => two.at - one.at));
  }

  /** The same with more nodes than one count tells: reads all runs. */
  async #newestOfAll(scope: Scope, toMs: number): Promise<Result<readonly ComplianceRun[], ApiFailure>> {
    const newest = new Map<string, ComplianceRun>();
    let cursor: string | undefined;
    do {
      const listed = await this.#parts.store.complianceRuns.list(scope, {
        filter: [],
        toMs,
        limit: RUNS_OF_PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!listed.ok) return listed;
      for (const run of listed.value.items) {
        const [of] = run.nodes;
        if (of !== undefined && !newest.has(of.node)) newest.set(of.node, run);
      }
      cursor = listed.value.next;
    } while (cursor !== undefined);
    return ok([...newest.values()]);
  }

  /** Each check of a benchmark that was used, with what the newest run of each node says. */
  async checks(scope: Scope): Promise<Result<readonly ComplianceCheckRow[], ApiFailure>> {
    const runs = await this.newest(scope);
    if (!runs.ok) return runs;
    const statuses = new Map<string, string[]>();
    for (const { benchmark, check, status } of runs.value.flatMap(({ results }) => results)) {
      const key = `${benchmark}/${check}`;
      const known = statuses.get(key);
      if (known === undefined) statuses.set(key, [status]);
      else known.push(status);
    }
    const rows = this.#parts.benchmarks.flatMap((benchmark) =>
      benchmark.checks.flatMap(({ id, part, kind, severity, title, why }): ComplianceCheckRow[] => {
        const found = statuses.get(`${benchmark.id}/${id}`);
        if (found === undefined) return [];
        const count = (status: string): number => found.filter((one) => one === status).length;
        return [
          {
            ...{ benchmark: benchmark.id, check: id, part, kind, severity, title, why },
            pass: count('pass'),
            fail: count('fail'),
            unknown: count('unknown'),
            manual: count('manual'),
            notApplicable: count('not-applicable'),
          },
        ];
      }),
    );
    return ok(rows);
  }
}
