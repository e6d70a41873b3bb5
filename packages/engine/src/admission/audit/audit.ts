// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionContext, AdmissionRequest } from '../request.ts';
import { type RuleHit, ruleHits } from '../rules/judge.ts';
import type { AdmissionRuleSet } from '../rules/rule-set.ts';
import { SharedTexts } from './shared-texts.ts';

/** What changed for one object. */
export interface AuditChange {
  readonly key: string;
  readonly before: readonly RuleHit[];
  readonly after: readonly RuleHit[];
}
/** How many objects violate, by rule and by namespace. */
export interface AuditSummary {
  readonly objects: number;
  readonly violating: number;
  readonly byRule: ReadonlyMap<string, number>;
  readonly byNamespace: ReadonlyMap<string, number>;
}

interface Entry {
  readonly request: AdmissionRequest;
  readonly hits: readonly RuleHit[];
}

const NONE: readonly RuleHit[] = [];
const sameHits = (one: readonly RuleHit[], two: readonly RuleHit[]): boolean =>
  one.length === two.length &&
  one.every((hit, at) => {
    const other = two[at];
    return hit.rule === other?.rule && hit.state === other.state && hit.mode === other.mode;
  });

/**
 * The verdicts on all objects that exist. One changed object is judged alone; new rules make only those objects be
 * judged again whose kind one of the changed rules is about.
 */
export class AdmissionAudit {
  readonly #entries = new Map<string, Entry>();
  readonly #context: AdmissionContext;
  readonly #texts = new SharedTexts();
  #set: AdmissionRuleSet;

  constructor(set: AdmissionRuleSet, context: AdmissionContext) {
    this.#set = set;
    this.#context = context;
  }

  #judge(request: AdmissionRequest, nowMs: number): readonly RuleHit[] {
    const hits = ruleHits(this.#set, request, this.#context, nowMs);
    return hits.length === 0 ? NONE : hits;
  }

  /** Takes an object in, or its new version. */
  put(key: string, request: AdmissionRequest, nowMs: number): AuditChange | undefined {
    this.#texts.share(request.object);
    return this.#take(key, request, nowMs);
  }

  #take(key: string, request: AdmissionRequest, nowMs: number): AuditChange | undefined {
    const before = this.#entries.get(key)?.hits ?? NONE;
    const after = this.#judge(request, nowMs);
    this.#entries.set(key, { request, hits: after });
    return sameHits(before, after) ? undefined : { key, before, after };
  }

  /** Takes an object out. */
  remove(key: string): AuditChange | undefined {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    return entry === undefined || entry.hits.length === 0
      ? undefined
      : { key, before: entry.hits, after: NONE };
  }

  /** Judges some objects again, for instance those of an image whose scan is new; those that are gone are left out. */
  again(keys: Iterable<string>, nowMs: number): readonly AuditChange[] {
    const changes: AuditChange[] = [];
    for (const key of keys) {
      const entry = this.#entries.get(key);
      const change = entry && this.#take(key, entry.request, nowMs);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  /** Puts other rules in force and judges again what they, or those they replace, are about. */
  swap(
    set: AdmissionRuleSet,
    nowMs: number,
  ): { readonly changes: readonly AuditChange[]; readonly judged: number } {
    const old = this.#set;
    this.#set = set;
    const keys: string[] = [];
    const touched = new Map<string, boolean>();
    for (const [key, { request }] of this.#entries) {
      const { group, resource, namespace } = request;
      const place = `${group}/${resource} ${namespace}`;
      let isTouched = touched.get(place);
      if (isTouched === undefined) {
        isTouched = differs(old, set, request);
        touched.set(place, isTouched);
      }
      if (isTouched) keys.push(key);
    }
    return { changes: this.again(keys, nowMs), judged: keys.length };
  }

  /** What an object violates. */
  hitsOf(key: string): readonly RuleHit[] {
    return this.#entries.get(key)?.hits ?? NONE;
  }

  /** The request an object was judged as; places and sentences come from judging it in full. */
  requestOf(key: string): AdmissionRequest | undefined {
    return this.#entries.get(key)?.request;
  }

  /** Counts over all objects; what is excepted does not count. */
  summary(): AuditSummary {
    const byRule = new Map<string, number>();
    const byNamespace = new Map<string, number>();
    let violating = 0;
    for (const { request, hits } of this.#entries.values()) {
      const open = hits.filter(({ state }) => state === 'violated');
      if (open.length === 0) continue;
      violating += 1;
      byNamespace.set(request.namespace, (byNamespace.get(request.namespace) ?? 0) + 1);
      for (const { rule } of open) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    }
    return { objects: this.#entries.size, violating, byRule, byNamespace };
  }
}

/** Exceptions may name single objects, so any change of them concerns all. */
const exceptionsOf = ({ exceptions }: AdmissionRuleSet): string =>
  JSON.stringify(exceptions.map(({ exception }) => exception));

/** Whether two rule sets ask different things of one kind in one namespace. */
function differs(one: AdmissionRuleSet, two: AdmissionRuleSet, request: AdmissionRequest): boolean {
  const plan = (set: AdmissionRuleSet): string =>
    set
      .planFor(request, 'audit')
      .map(({ compiled, variants }) =>
        [
          compiled.revision,
          ...variants.map(({ mode, parameters, namespaceLabels }) =>
            JSON.stringify([mode, parameters, namespaceLabels ?? null]),
          ),
        ].join(' '),
      )
      .join('\n');
  const pods = ({ podPaths }: AdmissionRuleSet): string =>
    JSON.stringify(podPaths.get(`${request.group}/${request.resource}`) ?? []);
  return plan(one) !== plan(two) || pods(one) !== pods(two) || exceptionsOf(one) !== exceptionsOf(two);
}
