// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionStage, AdmissionViolation, SecretEvidence } from '@bartizan/contracts';
import { severityRank } from '@bartizan/contracts/admission';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionRuleSet,
  type CustomKind,
  EMPTY_CONTEXT,
  findViolations,
} from '@bartizan/engine/admission';
import {
  locateAll,
  type ReadDocument,
  type YamlPath,
  type YamlProblem,
  type YamlReading,
} from '@bartizan/scan/yaml';
import {
  DEFINITION,
  isDefinition,
  isMapping,
  type KubernetesObject,
  requestOf,
} from './kubernetes-object.ts';
import { listedObjects, type Placed } from './listed-objects.ts';
import { type DefinitionsAlone, documentsOf, type ManifestInput } from './manifests.ts';
import { type PlaceInValue, placeInValue } from './place-in-value.ts';
import type { ReportedViolation } from './reported.ts';

/** A place of a manifest that violates a rule. */
export interface PolicyFinding extends AdmissionViolation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly object: ObjectName;
  /** What may be told of a secret that is written there. */
  readonly secret?: Pick<SecretEvidence, 'preview' | 'fingerprint' | 'verification'>;
}

/** A place where something was found: one for all rules that say the same of it. */
export interface FoundPlace {
  readonly file: string;
  readonly object: ObjectName;
  readonly line: number;
  readonly column: number;
}

/** A violation with its place, not yet put in words. */
export interface PlacedViolation {
  readonly violation: ReportedViolation;
  readonly place: FoundPlace;
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
  /** Definitions of custom kinds among them. */
  definitions: number;
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

/** A secret of an object, as a violation, and where in the value of its place it stands. */
export interface FoundSecret {
  readonly violation: ReportedViolation;
  readonly within?: PlaceInValue | undefined;
}

/** Finds secrets in an object that is judged. `cut`: where more stands than is kept, so that nobody knows the rest. */
export type FindSecrets = (
  object: KubernetesObject,
  request: AdmissionRequest,
) => { readonly secrets: readonly FoundSecret[]; readonly cut: readonly string[] };

/** How to judge. */
export interface JudgeOptions {
  readonly set: AdmissionRuleSet;
  readonly namespace: string;
  readonly nowMs: number;
  readonly stage: AdmissionStage;
  readonly context?: AdmissionContext;
  /** Custom kinds that the manifests define, by `group/kind`. */
  readonly kinds?: ReadonlyMap<string, CustomKind> | undefined;
  /** Documents that were read already, by file: one definition of a custom kind each. */
  readonly alone?: ReadonlyMap<string, DefinitionsAlone> | undefined;
  /** What the standard input holds. */
  readonly input?: ManifestInput | undefined;
  /** Without it values are judged by the rules alone. */
  readonly findSecrets?: FindSecrets | undefined;
  /** Takes each violation as it comes, so that a report of many is never held whole; without it the run keeps them. */
  readonly take?: (placed: PlacedViolation) => void;
}

const FINDINGS_MAX = 25_000;

/** A new run, of nothing yet. */
export const newRun = (): PolicyRun => ({
  findings: [],
  listed: 0,
  problems: [],
  files: 0,
  documents: 0,
  objects: 0,
  definitions: 0,
  others: 0,
  unknown: new Map(),
  excepted: 0,
  more: 0,
  bySeverity: new Map(),
});

const isDigits = (step: string | number): boolean => typeof step === 'string' && /^\d+$/.test(step);

/** The steps of a place as a document has them: digits are a place where the object has a list. */
export function stepsIn(value: unknown, path: YamlPath): YamlPath {
  if (!path.some(isDigits)) return path;
  let here = value;
  return path.map((key) => {
    const step = Array.isArray(here) ? Number(key) : key;
    here = Array.isArray(here) ? here[Number(key)] : isMapping(here) ? here[key] : undefined;
    return step;
  });
}

/** What was found in one document: violations, each with the number of its place. */
interface Found {
  readonly violations: { readonly violation: ReportedViolation; readonly place: number }[];
  readonly objects: ObjectName[];
  readonly paths: YamlPath[];
  /** Where in the value at its place something stands, by number of the place. */
  readonly within: Map<number, PlaceInValue>;
  /** Why not all is known of what an object holds. */
  readonly gaps: string[];
}

/** Counts a violation; true when it is one to be shown. */
function countViolation({ state, rule: { id, severity } }: ReportedViolation, run: PolicyRun): boolean {
  if (state === 'excepted') run.excepted++;
  if (state === 'unknown') run.unknown.set(id, (run.unknown.get(id) ?? 0) + 1);
  if (state !== 'violated') return false;
  run.bySeverity.set(severity, (run.bySeverity.get(severity) ?? 0) + 1);
  return true;
}

/** What violations of one object have in common. */
interface Judged extends Placed {
  readonly named: ObjectName;
  /** Numbers of the places that were met. */
  readonly places: Map<object, number>;
}

/** Adds what is to be shown, as far as there is room; gives the number of its place. */
function addViolation(
  violation: ReportedViolation,
  { object, steps, named, places }: Judged,
  run: PolicyRun,
  found: Found,
): number | undefined {
  if (!countViolation(violation, run)) return undefined;
  if (run.listed >= FINDINGS_MAX) {
    run.more++;
    return undefined;
  }
  run.listed++;
  let place = places.get(violation.place);
  if (place === undefined) {
    const path = stepsIn(object, violation.steps);
    place = found.paths.push(steps.length === 0 ? path : [...steps, ...path]) - 1;
    found.objects.push(named);
    places.set(violation.place, place);
  }
  found.violations.push({ violation, place });
  return place;
}

/** The rule of admission that asks whether a value is a secret. */
const BY_VALUE = 'admission.credential-in-environment';

/**
 * Whether a violation says no more than a secret that is told at the same place: the rule of the secret knows its kind
 * and what to do, and is at least as severe. What would be refused at admission is told besides.
 */
const isToldAsSecret = (
  { rule, state, mode, path }: ReportedViolation,
  secrets: readonly FoundSecret[],
): boolean =>
  rule.id === BY_VALUE &&
  state === 'violated' &&
  mode === 'warn' &&
  secrets.some(
    ({ violation: secret }) =>
      secret.state === 'violated' &&
      secret.path === path &&
      severityRank(secret.rule.severity) <= severityRank(rule.severity),
  );

const NO_SECRETS: ReturnType<FindSecrets> = { secrets: [], cut: [] };

/** Judges one object. */
function judgeObject(placed: Placed, options: JudgeOptions, run: PolicyRun, found: Found): void {
  const { object } = placed;
  const { set, nowMs, stage, context = EMPTY_CONTEXT, findSecrets } = options;
  const request = requestOf(object, options);
  run.objects++;
  if (isDefinition(object)) run.definitions++;
  const { kind, namespace, name } = request;
  const named = { apiVersion: object.apiVersion, kind, namespace, name };
  const judged: Judged = { ...placed, named, places: new Map() };
  const { secrets, cut } = findSecrets?.(object, request) ?? NO_SECRETS;
  for (const path of cut)
    found.gaps.push(
      `${kind} ${namespace}/${name} ${path}: more secrets than are kept; the rest is not known`,
    );
  // Asking for the path of a violation makes it: nobody needs that of those which are counted only.
  for (const violation of findViolations(set, request, context, nowMs, stage))
    if (secrets.length === 0 || !isToldAsSecret(violation, secrets))
      addViolation(violation, judged, run, found);
  for (const { violation, within } of secrets) {
    const place = addViolation(violation, judged, run, found);
    if (place !== undefined && within !== undefined) found.within.set(place, within);
  }
}

/** Judges one document: places are looked for only where something was found. */
export function judgeDocument(
  file: string,
  document: ReadDocument,
  options: JudgeOptions,
  run: PolicyRun,
): void {
  const found: Found = { violations: [], objects: [], paths: [], within: new Map(), gaps: [] };
  let objects = 0;
  for (const placed of listedObjects(document.value)) {
    objects++;
    judgeObject(placed, options, run, found);
  }
  if (objects === 0 && document.value !== null) run.others++;
  for (const detail of found.gaps)
    run.problems.push({ ...{ file, line: document.line, column: 1, code: 'scan.limit' }, detail });
  if (found.violations.length === 0) return;
  const positions = locateAll(document, found.paths);
  const places = found.objects.map((object, at): FoundPlace => {
    const position = positions[at] ?? { line: document.line, column: 1 };
    const within = found.within.get(at);
    return { file, object, ...(within === undefined ? position : placeInValue(document, position, within)) };
  });
  const keep = ({ violation, place }: PlacedViolation): void => {
    run.findings.push({ ...violation.describe(), ...place });
  };
  const { take = keep } = options;
  for (const { violation, place: at } of found.violations) {
    const place = places[at];
    if (place !== undefined) take({ violation, place });
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

/** Whether something may be found in a definition: seldom a rule is about them, and then mostly about who changes one. */
function asksOfDefinitions(options: JudgeOptions): boolean {
  const { set, stage, findSecrets } = options;
  const some = { apiVersion: 'apiextensions.k8s.io/v1', kind: DEFINITION };
  return findSecrets !== undefined || set.dispatch(requestOf(some, options), stage).rules.length > 0;
}

/** Tells the documents that need not be read again, and counts them. */
function unread(file: string, options: JudgeOptions, run: PolicyRun): YamlReading['isWanted'] {
  const known = options.alone?.get(file);
  if (known === undefined || known.size === 0 || asksOfDefinitions(options)) return undefined;
  return ({ firstLine, bytes }) => {
    // A file that was written to in between is read as it is now.
    if (known.get(firstLine) !== bytes.length) return true;
    run.documents++;
    run.objects++;
    run.definitions++;
    return false;
  };
}

/** A file that could not be read, or not to its end. */
export const unreadable = (file: string, error: unknown): PolicyProblem => ({
  ...{ file, line: 1, column: 1, code: 'E_POLICY_FILE' },
  detail: error instanceof Error ? error.message : 'cannot be read',
});

/** Judges files one after the other, document by document; what cannot be read is told and never stops the rest. */
export async function judgeFiles(files: readonly string[], options: JudgeOptions): Promise<PolicyRun> {
  const run = newRun();
  for (const file of files) {
    run.files++;
    try {
      for await (const document of documentsOf(file, options.input, unread(file, options, run))) {
        run.documents++;
        if (document.ok) judgeDocument(file, document, options, run);
        else run.problems.push(problemIn(file, document.problem));
      }
    } catch (error) {
      run.problems.push(unreadable(file, error));
    }
  }
  return run;
}
