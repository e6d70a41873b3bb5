// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate } from 'node:timers/promises';
import { type LocalText, type Severity, severityRank } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionRuleSet,
  judgeAdmission,
  type RuleHit,
} from '@bartizan/engine/admission';
import type { PlannedReport, ReportResult } from '../../report-ports.ts';

/** An object of the cluster that a rule has something to say about. */
export interface HitObject {
  readonly request: AdmissionRequest;
  readonly hits: readonly RuleHit[];
}
/** How much finds room: an object of the API server has at most about 1.5 MB. */
export interface ReportLimits {
  readonly resultsPerReport: number;
  readonly reports: number;
}
interface Basis {
  readonly set: AdmissionRuleSet;
  readonly context: AdmissionContext;
  readonly nowMs: number;
  readonly rules: ReadonlyMap<string, { readonly severity: Severity; readonly title: LocalText }>;
  readonly limits: ReportLimits;
}
interface Row {
  readonly request: AdmissionRequest;
  readonly hit: RuleHit;
  readonly severity: Severity;
}

export const REPORT_LIMITS: ReportLimits = { resultsPerReport: 500, reports: 2_000 };
/** Results that are made without letting others in: API servers wait for answers. */
const AT_ONCE = 20;
const MESSAGE_MAX = 512;
const PATH_MAX = 512;
const OUTCOMES = ['fail', 'warn', 'error', 'skip'] as const;

/** What is not known is an error of judging, never a pass. */
function outcomeOf({ state, mode }: RuleHit): ReportResult['result'] {
  if (state === 'excepted') return 'skip';
  if (state === 'unknown') return 'error';
  return mode === 'enforce' ? 'fail' : 'warn';
}

const orderOf = ({ hit, severity, request }: Row): string =>
  [OUTCOMES.indexOf(outcomeOf(hit)), severityRank(severity), request.kind, request.name, hit.rule].join('\n');

/** Sentences are made for what is shown alone: each object is judged in full once. */
class Sentences {
  readonly #basis: Basis;
  readonly #byRequest = new Map<AdmissionRequest, ReturnType<typeof judgeAdmission>['violations']>();

  constructor(basis: Basis) {
    this.#basis = basis;
  }

  of({ request, hit }: Row): { readonly message: string; readonly properties: Record<string, string> } {
    const { set, context, nowMs, rules } = this.#basis;
    const known = this.#byRequest.get(request);
    const all = known ?? judgeAdmission(set, request, context, nowMs, 'audit').violations;
    this.#byRequest.set(request, all);
    const found = all.filter(({ rule, state }) => rule === hit.rule && state === hit.state);
    const [first] = found;
    const message = first?.message.en ?? rules.get(hit.rule)?.title.en ?? hit.rule;
    return {
      message: message.slice(0, MESSAGE_MAX),
      properties: {
        mode: hit.mode,
        ...(first === undefined || first.path === '' ? {} : { path: first.path.slice(0, PATH_MAX) }),
        ...(first?.missing === undefined ? {} : { missing: first.missing.slice(0, PATH_MAX) }),
        ...(found.length > 1 ? { morePlaces: String(found.length - 1) } : {}),
      },
    };
  }
}

function resultOf(row: Row, sentences: Sentences): ReportResult {
  const { request, hit, severity } = row;
  const { group, kind, namespace, name, object } = request;
  const version: unknown =
    typeof object === 'object' && object !== null ? Reflect.get(object, 'apiVersion') : '';
  const outcome = outcomeOf(hit);
  return {
    source: 'bartizan',
    policy: hit.rule,
    rule: hit.rule,
    category: 'Kubernetes',
    severity: severity === 'unknown' ? 'info' : severity,
    result: outcome,
    // In these formats a warning is by definition what lowers no score.
    scored: outcome !== 'warn',
    ...sentences.of(row),
    resources: [
      {
        apiVersion: typeof version === 'string' && version !== '' ? version : group,
        kind,
        ...(namespace === '' ? {} : { namespace }),
        name,
      },
    ],
  };
}

/** What was planned for a namespace, and of what: as long as that is the same, so is the report. */
interface Planned {
  readonly set: AdmissionRuleSet;
  readonly objects: readonly HitObject[];
  readonly report: PlannedReport;
}

const isSame = (one: readonly HitObject[], two: readonly HitObject[]): boolean =>
  one.length === two.length &&
  one.every(({ request, hits }, at) => request === two[at]?.request && hits === two[at].hits);

function byNamespace(objects: Iterable<HitObject>): [string, HitObject[]][] {
  const found = new Map<string, HitObject[]>();
  for (const one of objects) {
    if (one.hits.length === 0) continue;
    const { namespace } = one.request;
    const list = found.get(namespace);
    if (list === undefined) found.set(namespace, [one]);
    else list.push(one);
  }
  return [...found].toSorted(([one], [two]) => (one < two ? -1 : 1));
}

/**
 * One report a namespace, and one for what is in none; the empty name stands for that. Where nothing is found there is
 * none. Sentences are made anew only where something changed, and others are served in between.
 */
export class ReportPlanner {
  #planned = new Map<string, Planned>();

  /** Plans all again the next time: what a sentence says may have changed though no verdict did. */
  forget(): void {
    this.#planned = new Map();
  }

  async plan(
    objects: Iterable<HitObject>,
    basis: Basis,
  ): Promise<{ readonly reports: readonly PlannedReport[]; readonly leftOut: number }> {
    const sorted = byNamespace(objects);
    const planned = new Map<string, Planned>();
    for (const [namespace, list] of sorted.slice(0, basis.limits.reports)) {
      const known = this.#planned.get(namespace);
      const isKnown = known !== undefined && known.set === basis.set && isSame(known.objects, list);
      const report = isKnown ? known.report : await reportOf(namespace, list, basis);
      planned.set(namespace, { set: basis.set, objects: list, report });
    }
    this.#planned = planned;
    const reports = [...planned.values()].map(({ report }) => report);
    const beyond = sorted.slice(basis.limits.reports).flatMap(([, list]) => list);
    return {
      reports,
      leftOut:
        beyond.reduce((sum, { hits }) => sum + hits.length, 0) +
        reports.reduce((sum, one) => sum + one.leftOut, 0),
    };
  }
}

/** How much a plan would hold, without its sentences: what somebody is told before it is written. */
export function sizeOfPlan(
  objects: Iterable<HitObject>,
  limits: ReportLimits,
): { readonly reports: number; readonly results: number; readonly leftOut: number } {
  const size = { reports: 0, results: 0, leftOut: 0 };
  for (const [, list] of byNamespace(objects)) {
    const found = list.reduce((sum, { hits }) => sum + hits.length, 0);
    const room = size.reports < limits.reports ? limits.resultsPerReport : 0;
    size.reports += room > 0 ? 1 : 0;
    size.results += Math.min(found, room);
    size.leftOut += Math.max(found - room, 0);
  }
  return size;
}

async function reportOf(
  namespace: string,
  objects: readonly HitObject[],
  basis: Basis,
): Promise<PlannedReport> {
  const { rules, limits } = basis;
  const rows = objects.flatMap(({ request, hits }) =>
    hits.map((hit): Row => ({ request, hit, severity: rules.get(hit.rule)?.severity ?? 'unknown' })),
  );
  const sentences = new Sentences(basis);
  const sorted = rows
    .map((row) => ({ row, order: orderOf(row) }))
    .toSorted((one, two) => (one.order < two.order ? -1 : 1));
  const results: ReportResult[] = [];
  for (const { row } of sorted.slice(0, limits.resultsPerReport)) {
    if (results.length % AT_ONCE === AT_ONCE - 1) await setImmediate();
    results.push(resultOf(row, sentences));
  }
  const count = (outcome: ReportResult['result']): number =>
    rows.filter(({ hit }) => outcomeOf(hit) === outcome).length;
  return {
    namespace,
    summary: { fail: count('fail'), warn: count('warn'), error: count('error'), skip: count('skip') },
    results,
    leftOut: rows.length - results.length,
  };
}
