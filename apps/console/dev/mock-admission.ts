// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionDecision,
  AdmissionNative,
  AdmissionReports,
  AdmissionRule,
  StoredAdmissionBinding,
  StoredAdmissionException,
} from '@bartizan/contracts';
import { explainAdmissionRule } from '@bartizan/engine/admission';
import {
  COVERAGE,
  decision,
  makeAdmissionExceptions,
  makeBindings,
  makeDecisions,
  privileged,
  RULES,
  ruleRow,
  SIMULATION,
  SOURCES,
  STATUS,
  STATUS_OFF,
  storedBinding,
  storedException,
} from './mock-data/admission.ts';
import { seeded } from './mock-data/random.ts';
import { pageOf } from './mock-lists.ts';
import type { MockAnswer, MockHandler } from './mock-routes.ts';

const NO_CLUSTER: MockAnswer = { error: 'E_POLICY_NO_CLUSTER', status: 409 };
const NOT_FOUND: MockAnswer = { error: 'E_NOT_FOUND', status: 404 };
const verdictOf = (object: unknown): 'deny' | 'allow' =>
  JSON.stringify(object ?? null).includes('"privileged":true') ? 'deny' : 'allow';

/** Admission of one mock controller. Empty: no cluster is watched. */
export class MockAdmission {
  readonly #isEmpty: boolean;
  #own: { rule: AdmissionRule; enabled: boolean }[] = [];
  #bindings: StoredAdmissionBinding[];
  #chosen: string[] = [];
  #hasReports = false;
  #mayReport = true;
  #exceptions: StoredAdmissionException[];
  #decisions: AdmissionDecision[];
  #changes = 0;

  constructor(isEmpty: boolean) {
    this.#isEmpty = isEmpty;
    this.#bindings = isEmpty ? [] : makeBindings();
    this.#exceptions = isEmpty ? [] : makeAdmissionExceptions();
    this.#decisions = isEmpty ? [] : makeDecisions();
  }

  handlers(): Record<string, MockHandler> {
    return { ...this.#ofRules(), ...this.#ofBindings(), ...this.#ofExceptions(), ...this.#ofDecisions() };
  }

  /** One more decision, as the API server would cause it. */
  newDecision(index: number): AdmissionDecision {
    const made = decision(1_000 + index, Date.now());
    this.#decisions = [made, ...this.#decisions];
    return made;
  }

  /** Somebody else changes the bindings. */
  changeBindings(): void {
    this.#changes += 1;
    const binding = { id: 'binding.elsewhere', rules: ['admission.latest-tag'], mode: 'warn' as const };
    this.#bindings = [storedBinding(binding, 0), ...this.#bindings];
  }

  /** The API server takes no reports of ours any more, or takes them again. */
  refuseReports(isRefused: boolean): void {
    this.#mayReport = !isRefused;
    this.#hasReports = false;
  }

  #rows() {
    const watched = !this.#isEmpty;
    return [
      ...this.#own.map(({ rule, enabled }, index) => ruleRow(rule, index, { watched, enabled, isOwn: true })),
      ...RULES.map((rule, index) => ruleRow(rule, index, { watched })),
    ];
  }

  #ofRules(): Record<string, MockHandler> {
    const write: MockHandler = ({ body }) => {
      // The border of the mock: the console's own editor made the body.
      const change = { rule: body['rule'] as AdmissionRule, enabled: body['enabled'] !== false };
      this.#own = [...this.#own.filter(({ rule }) => rule.id !== change.rule.id), change];
      return { status: 201, body: this.#rows().find(({ rule }) => rule.id === change.rule.id) };
    };
    return {
      'admission.status': () => ({ body: this.#isEmpty ? STATUS_OFF : STATUS }),
      'admission.rules': ({ query }) => ({ body: pageOf(this.#rows(), query) }),
      'admission.rule': ({ params }) => {
        const row = this.#rows().find(({ rule }) => rule.id === params['id']);
        if (row === undefined) return NOT_FOUND;
        const bindings = this.#bindings
          .map(({ binding }) => binding)
          .filter(({ rules }) => rules.includes(row.rule.id));
        return { body: { ...row, words: [explainAdmissionRule(row.rule)], bindings } };
      },
      'admission.rule.create': write,
      'admission.rule.put': write,
      'admission.rule.remove': ({ params }) => {
        this.#own = this.#own.filter(({ rule }) => rule.id !== params['id']);
        return { body: { removed: true } };
      },
      'admission.test': ({ body }) => {
        const verdict = verdictOf(body['object']);
        return {
          body: {
            verdict,
            violations: verdict === 'deny' ? [privileged('enforce', 'web')] : [],
            policyRevision: seeded(55).hex(64),
          },
        };
      },
    };
  }

  #ofBindings(): Record<string, MockHandler> {
    const answer = () => ({ body: { bindings: this.#bindings, revision: `r${this.#changes}` } });
    return {
      'admission.bindings': answer,
      'admission.bindings.put': ({ body }) => {
        if (body['ifRevision'] !== `r${this.#changes}`) return { error: 'E_CONFLICT', status: 409 };
        this.#changes += 1;
        this.#bindings = (body['bindings'] as StoredAdmissionBinding['binding'][]).map(storedBinding);
        return answer();
      },
      'admission.native': () => ({ body: this.#native() }),
      'admission.native.put': ({ body }) => {
        this.#chosen = body['rules'] as string[];
        return { body: this.#native() };
      },
      'admission.reports': () => ({ body: this.#reports() }),
      'admission.reports.put': ({ body }) => {
        this.#hasReports = body['on'] === true;
        return { body: this.#reports() };
      },
      'admission.simulate': () => (this.#isEmpty ? NO_CLUSTER : { body: SIMULATION }),
      'admission.sources': () => ({ body: SOURCES }),
      'admission.coverage': () => (this.#isEmpty ? NO_CLUSTER : { body: COVERAGE }),
    };
  }

  #reports(): AdmissionReports {
    const none = { reports: 0, results: 0, leftOut: 0 };
    if (this.#isEmpty) return { state: 'no-cluster', ...none };
    const planned = { reports: 3, results: 12, leftOut: 0 };
    if (!this.#hasReports) return { state: 'off', ...none, planned };
    if (!this.#mayReport)
      return {
        state: 'not-permitted',
        ...none,
        code: 'E_KUBE_NOT_PERMITTED',
        detail: 'reports is forbidden',
      };
    return { state: 'on', api: 'openreports.io/v1alpha1', ...planned, writtenAtMs: Date.now() };
  }

  #native(): AdmissionNative {
    if (this.#isEmpty) return { state: 'no-cluster', rules: [], revision: '', policies: [] };
    const rules = this.#chosen;
    const held = { objects: [], restoredTotal: 0 };
    return {
      state: rules.length === 0 ? 'off' : 'on',
      rules,
      revision: `n-${rules.join()}`,
      policies: rules.map((rule) => ({ rule, state: 'not-enforced', ...held })),
    };
  }

  #ofExceptions(): Record<string, MockHandler> {
    return {
      'admission.exceptions': ({ query }) => ({ body: pageOf(this.#exceptions, query) }),
      'admission.exception.create': ({ body }) => {
        const made = storedException(body as unknown as StoredAdmissionException['exception']);
        this.#exceptions = [...this.#exceptions, made];
        return { status: 201, body: made };
      },
      'admission.exception.remove': ({ params }) => {
        this.#exceptions = this.#exceptions.filter(({ id }) => id !== params['id']);
        return { body: { removed: true } };
      },
    };
  }

  #ofDecisions(): Record<string, MockHandler> {
    return {
      'admission.decisions': ({ query }) => ({ body: pageOf(this.#decisions, query, 'atMs') }),
      'admission.decision': ({ params }) => {
        const found = this.#decisions.find(({ id }) => id === params['id']);
        return found === undefined ? NOT_FOUND : { body: found };
      },
    };
  }
}
