// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionStage, AdmissionViolation } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  EMPTY_CONTEXT,
  type FoundViolation,
  findViolations,
} from '@bartizan/engine/admission';
import { locateAll, type ReadDocument, type YamlPath, type YamlProblem } from '@bartizan/scan/yaml';
import { isKubernetesObject, isMapping, type KubernetesObject, requestOf } from './kubernetes-object.ts';
import { documentsOf } from './manifests.ts';

/** A place of a manifest that violates a rule. */
export interface PolicyFinding extends AdmissionViolation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly object: ObjectName;
}

/** A violation with its place, not yet put in words. */
export interface PlacedViolation {
  readonly violation: FoundViolation;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly object: ObjectName;
}

/** Which object it is about. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A document that could not be judged. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly detail: string;
}

/** What judging manifests gives. */
export interface PolicyRun {
  /** Those nobody takes as they come. */
  readonly findings: PolicyFinding[];
  /** Findings within the bound, kept or taken. */
  listed: number;
  readonly problems: PolicyProblem[];
  files: number;
  documents: number;
  objects: number;
  /** Documents that are no objects of Kubernetes: values of a chart, for instance. */
  others: number;
  /** Asked of facts that a file cannot tell (scans, signatures, permissions), by rule: how often nobody knew. */
  readonly unknown: Map<string, number>;
  /** Violations that somebody answers for. */
  excepted: number;
  /** Findings beyond the bound; they count, and are not listed. */
  more: number;
  /** By severity, those beyond the bound included. */
  readonly bySeverity: Map<string, number>;
}

/** How to judge. */
export interface JudgeOptions {
  readonly set: AdmissionRuleSet;
  readonly namespace: string;
  readonly nowMs: number;
  readonly stage: AdmissionStage;
  readonly context?: AdmissionContext;
  /** Takes each violation as it comes, so that a report of many is never held whole; without it the run keeps them. */
  readonly take?: (placed: PlacedViolation) => void;
}

const FINDINGS_MAX = 25_000;
const LIST_DEPTH_MAX = 4;

/** A new run, of nothing yet. */
export const newRun = (): PolicyRun => ({
  findings: [],
  listed: 0,
  problems: [],
  files: 0,
  documents: 0,
  objects: 0,
  others: 0,
  unknown: new Map(),
  excepted: 0,
  more: 0,
  bySeverity: new Map(),
});

/** The steps of a place as a document has them: digits are a place where the object has a list. */
export function stepsIn(value: unknown, path: YamlPath): YamlPath {
  let here = value;
  return path.map((key) => {
    const step = Array.isArray(here) ? Number(key) : key;
    here = Array.isArray(here) ? here[Number(key)] : isMapping(here) ? here[key] : undefined;
    return step;
  });
}

/** An object of a document with the way to it: the items of a List are objects of their own. */
interface Placed {
  readonly object: KubernetesObject;
  readonly steps: YamlPath;
}

/** The objects of a document: those of a List one by one. */
export function* objectsOf(value: unknown, steps: YamlPath = []): Generator<Placed> {
  if (!isKubernetesObject(value)) return;
  const { items } = value;
  if (!value.kind.endsWith('List') || !Array.isArray(items) || steps.length >= LIST_DEPTH_MAX * 2) {
    yield { object: value, steps };
    return;
  }
  for (const [at, item] of items.entries()) {
    // A typed list need not say in each item what all of them are.
    const typed = isMapping(item) && item['kind'] === undefined ? { ...typeOfItems(value), ...item } : item;
    yield* objectsOf(typed, [...steps, 'items', at]);
  }
}

const typeOfItems = ({ apiVersion, kind }: KubernetesObject): object =>
  kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };

interface Found {
  readonly violation: FoundViolation;
  readonly object: ObjectName;
  readonly steps: YamlPath;
}

/** Counts a violation; true when it is one to be shown. */
function countViolation({ state, rule: { id, severity } }: FoundViolation, run: PolicyRun): boolean {
  if (state === 'excepted') run.excepted++;
  if (state === 'unknown') run.unknown.set(id, (run.unknown.get(id) ?? 0) + 1);
  if (state !== 'violated') return false;
  run.bySeverity.set(severity, (run.bySeverity.get(severity) ?? 0) + 1);
  return true;
}

/** Judges one object; adds what is to be shown, as far as there is room. */
function judgeObject(placed: Placed, options: JudgeOptions, run: PolicyRun, found: Found[]): void {
  const { object, steps } = placed;
  const { set, nowMs, stage, context = EMPTY_CONTEXT } = options;
  const request = requestOf(object, { namespace: options.namespace });
  const violations = findViolations(set, request, context, nowMs, stage);
  run.objects++;
  const { kind, namespace, name } = request;
  const named = { apiVersion: object.apiVersion, kind, namespace, name };
  for (const violation of violations) {
    if (!countViolation(violation, run)) continue;
    if (run.listed >= FINDINGS_MAX) {
      run.more++;
      continue;
    }
    run.listed++;
    found.push({ violation, object: named, steps: [...steps, ...stepsIn(object, violation.steps)] });
  }
}

/** Judges one document: places are looked for only where something was found. */
export function judgeDocument(
  file: string,
  document: ReadDocument,
  options: JudgeOptions,
  run: PolicyRun,
): void {
  const found: Found[] = [];
  let objects = 0;
  for (const placed of objectsOf(document.value)) {
    objects++;
    judgeObject(placed, options, run, found);
  }
  if (objects === 0 && document.value !== null) run.others++;
  if (found.length === 0) return;
  const places = locateAll(
    document,
    found.map(({ steps }) => steps),
  );
  const keep = ({ violation, ...placed }: PlacedViolation): void => {
    run.findings.push({ ...violation.describe(), ...placed });
  };
  const { take = keep } = options;
  for (const [at, { violation, object }] of found.entries()) {
    const { line, column } = places[at] ?? { line: document.line, column: 1 };
    take({ violation, file, object, line, column });
  }
}

/** A problem of a document with its place. */
export const problemIn = (file: string, { code, detail, line, column }: YamlProblem): PolicyProblem => ({
  file,
  line,
  column,
  code,
  detail,
});

/** Judges files one after the other, document by document; what cannot be read is told and never stops the rest. */
export async function judgeFiles(files: readonly string[], options: JudgeOptions): Promise<PolicyRun> {
  const run = newRun();
  for (const file of files) {
    run.files++;
    try {
      for await (const document of documentsOf(file)) {
        run.documents++;
        if (document.ok) judgeDocument(file, document, options, run);
        else run.problems.push(problemIn(file, document.problem));
      }
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'cannot be read';
      run.problems.push({ file, line: 1, column: 1, code: 'E_POLICY_FILE', detail });
    }
  }
  return run;
}
