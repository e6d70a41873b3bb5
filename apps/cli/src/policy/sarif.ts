// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { Severity } from '@bartizan/contracts';
import { InvariantError } from '@bartizan/contracts/result';
import type { AdmissionRuleSet, CustomKind } from '@bartizan/engine/admission';
import { toJson } from '../output/json.ts';
import type { Language } from '../text/catalogue.ts';
import type { FoundPlace, ObjectName, PlacedViolation, PolicyFinding, PolicyRun } from './judge-manifests.ts';
import type { ReportedRule } from './reported.ts';

/** What is known of a report before anything is judged. */
export interface ReportBasis {
  readonly set: AdmissionRuleSet;
  /** The rules of the set, and those that find secrets where they are searched for. */
  readonly rules: readonly ReportedRule[];
  /** Custom kinds that the manifests define. */
  readonly kinds: readonly CustomKind[];
  readonly language: Language;
  readonly toolVersion: string;
  readonly startedAtMs: number;
}

/** What a report of a run is written of. */
export interface PolicyReport extends ReportBasis {
  readonly run: PolicyRun;
  readonly endedAtMs: number;
}

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
  unknown: 'warning',
};
/** Security severity as code scanning sorts by it. */
const SCORE: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.0',
  unknown: '0.0',
};
const NOTIFICATIONS_MAX = 1000;

const uriOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** `Kind namespace/name`, as reports name an object. */
export const objectTitle = ({ object }: Pick<PolicyFinding, 'object'>): string =>
  `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`;

const json = (value: unknown): string => toJson(value);
/** What of a text as JSON stands between the quotation marks. */
const inside = (text: string): string => json(text).slice(1, -1);

/** What the results of one file, and of one object, have in common, as JSON that stands between what differs. */
interface ObjectText {
  readonly file: string;
  readonly object: ObjectName;
  readonly inFile: string;
  readonly uri: string;
  /** From behind the sentence to the line. */
  readonly location: string;
  /** From behind the column to the path. */
  readonly name: string;
  /** What fingerprints are made of, from the file to the path. */
  readonly print: string;
}

/** What the results of one place have in common: those of rules that say the same of it. */
interface PlaceText {
  /** From the sentence to the fingerprint. */
  readonly head: string;
  /** What fingerprints are made of, behind the rule. */
  readonly print: string;
  /** From behind the mode to the end. */
  readonly tail: string;
}

/** What the results of one rule have in common. */
interface RuleText {
  readonly at: number;
  readonly of: Severity;
  /** Up to the sentence. */
  readonly head: string;
  /** What its fingerprints are made of, up to the file. */
  readonly print: string;
  /** From the fingerprint to the mode. */
  readonly severity: string;
}

const ruleText = ({ id, severity }: Pick<ReportedRule, 'id' | 'severity'>, at: number): RuleText => ({
  at,
  of: severity,
  head: `{"ruleId":${json(id)},"ruleIndex":${at},"level":"${LEVEL[severity]}","message":{"text":`,
  print: `[${json(id)},"`,
  severity: `"},"properties":{"severity":"${severity}","mode":"`,
});

/** Writes results as text: a report has tens of thousands, most of whose parts were written before. */
class ResultWriter {
  readonly #language: Language;
  readonly #rules: ReadonlyMap<string, RuleText>;
  #object: ObjectText | undefined;
  /** Of the object that is written about. */
  readonly #places = new Map<FoundPlace, PlaceText>();

  constructor({ rules, language }: ReportBasis) {
    this.#language = language;
    this.#rules = new Map(rules.map((rule, at) => [rule.id, ruleText(rule, at)]));
  }

  #textOf(rule: ReportedRule): RuleText {
    const known = this.#rules.get(rule.id);
    if (known === undefined)
      throw new InvariantError(`a violation of ${rule.id}, which is no rule of this report`);
    // What was found of a rule may weigh less than the rule.
    return known.of === rule.severity ? known : ruleText(rule, known.at);
  }

  #objectOf(place: FoundPlace): ObjectText {
    const { file, object } = place;
    const last = this.#object;
    if (last?.file === file && last.object === object) return last;
    const isSameFile = last?.file === file;
    const inFile = isSameFile ? last.inFile : inside(file);
    const uri = isSameFile ? last.uri : inside(uriOf(file));
    const title = inside(objectTitle(place));
    this.#places.clear();
    this.#object = {
      file,
      object,
      inFile,
      uri,
      location: `},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"${uri}"},"region":{"startLine":`,
      name: `}},"logicalLocations":[{"fullyQualifiedName":"${title}: `,
      print: `${inFile}","${title}","`,
    };
    return this.#object;
  }

  #placeOf(placed: PlacedViolation): PlaceText {
    const { location, name, print } = this.#objectOf(placed.place);
    const known = this.#places.get(placed.place);
    if (known !== undefined) return known;
    const { violation, place } = placed;
    const { actual, allowed, patch } = violation;
    const path = inside(violation.path);
    const sentence = json(`${violation.messageIn(this.#language)} [${violation.path}]`);
    const more =
      (actual === undefined ? '' : `,"actual":${json(actual)}`) +
      (allowed === undefined ? '' : `,"allowed":${json(allowed)}`) +
      (patch.length === 0 ? '' : `,"patch":${json(patch)}`);
    const made = {
      head: `${sentence}${location}${place.line},"startColumn":${place.column}${name}${path}","kind":"resource"}]}],"partialFingerprints":{"bartizanPolicy/v1":"`,
      print: `${print}${path}"]`,
      tail: `","path":"${path}"${more}}}`,
    };
    this.#places.set(place, made);
    return made;
  }

  result(placed: PlacedViolation): string {
    const { rule, mode } = placed.violation;
    const ofRule = this.#textOf(rule);
    const { head, print, tail } = this.#placeOf(placed);
    // The same for the same violation in another run, wherever its line went.
    const mark = hash('sha256', `${ofRule.print}${print}`).slice(0, 32);
    return `${ofRule.head}${head}${mark}${ofRule.severity}${mode}${tail}`;
  }
}

/** What is wrong with the run itself: what could not be read, and what nobody could answer. */
export function runProblems({ run }: Pick<PolicyReport, 'run'>): string[] {
  return [
    ...run.problems.map(
      ({ file, line, column, code, detail }) => `${file}:${line}:${column}: ${code}: ${detail}`,
    ),
    ...(run.more > 0 ? [`${run.more} more results are not in this file`] : []),
  ];
}

const unknownNotes = (run: PolicyRun): string[] =>
  [...run.unknown].map(
    ([rule, count]) => `${rule}: unknown for ${count} objects, for a file cannot tell the fact`,
  );

const notification = (level: 'error' | 'note') => (text: string) => ({ level, message: { text } });

function rulesOf({ rules, language }: ReportBasis): object[] {
  return rules.map((rule) => ({
    id: rule.id,
    shortDescription: { text: rule.title[language] },
    fullDescription: { text: rule.description[language] },
    ...(rule.fix === undefined ? {} : { help: { text: rule.fix.action[language] } }),
    defaultConfiguration: { level: LEVEL[rule.severity] },
    properties: {
      tags: ['security', 'kubernetes', ...rule.references],
      'security-severity': SCORE[rule.severity],
    },
  }));
}

/** A run as a SARIF 2.1.0 log, written while it is judged: how it went stands behind the results. */
export class PolicySarif {
  readonly #basis: ReportBasis;
  readonly #results: ResultWriter;
  #isFirst = true;

  constructor(basis: ReportBasis) {
    this.#basis = basis;
    this.#results = new ResultWriter(basis);
  }

  /** What stands before the results. */
  head(): string {
    const driver = { name: 'Bartizan', version: this.#basis.toolVersion, rules: rulesOf(this.#basis) };
    return `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":${json(driver)}},"results":[`;
  }

  /** The next result. */
  result(placed: PlacedViolation): string {
    const text = this.#results.result(placed);
    if (!this.#isFirst) return `,\n${text}`;
    this.#isFirst = false;
    return text;
  }

  /** What stands behind them. */
  tail(run: PolicyRun, endedAtMs: number): string {
    const problems = runProblems({ run });
    const invocation = {
      executionSuccessful: problems.length === 0,
      startTimeUtc: new Date(this.#basis.startedAtMs).toISOString(),
      endTimeUtc: new Date(endedAtMs).toISOString(),
      toolExecutionNotifications: [
        ...problems.map(notification('error')),
        ...unknownNotes(run).map(notification('note')),
      ].slice(0, NOTIFICATIONS_MAX),
    };
    return `],"invocations":[${json(invocation)}]}]}\n`;
  }
}
