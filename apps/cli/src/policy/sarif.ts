// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { Severity } from '@bartizan/contracts';
import { InvariantError } from '@bartizan/contracts/result';
import type { AdmissionRuleSet } from '@bartizan/engine/admission';
import type { Language } from '../text/catalogue.ts';
import type { ObjectName, PlacedViolation, PolicyFinding, PolicyRun } from './judge-manifests.ts';

/** What is known of a report before anything is judged. */
export interface ReportBasis {
  readonly set: AdmissionRuleSet;
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

const json = (value: unknown): string => JSON.stringify(value);
/** What of a text as JSON stands between the quotation marks. */
const inside = (text: string): string => json(text).slice(1, -1);

/** What the results of one file, and of one object, have in common, as JSON that stands between what differs. */
interface Shared {
  readonly file: string;
  readonly object: ObjectName;
  readonly inFile: string;
  readonly uri: string;
  /** From behind the path in the sentence to the line. */
  readonly location: string;
  /** From behind the column to the path. */
  readonly name: string;
  /** What fingerprints are made of, from the file to the path. */
  readonly print: string;
}

/** What the results of one rule have in common. */
interface RuleText {
  /** Up to the sentence. */
  readonly head: string;
  /** What its fingerprints are made of, up to the file. */
  readonly print: string;
  /** From the fingerprint to the mode. */
  readonly severity: string;
}

const SENTENCES_MAX = 10_000;

/** Writes results as text: a report has tens of thousands, most of whose parts were written before. */
class ResultWriter {
  readonly #language: Language;
  readonly #rules: ReadonlyMap<string, RuleText>;
  /** Sentences as JSON: those of most rules name nothing of the object. */
  readonly #sentences = new Map<string, string>();
  #shared: Shared | undefined;

  constructor({ set, language }: ReportBasis) {
    this.#language = language;
    this.#rules = new Map(
      set.rules.map(({ rule: { id, severity } }, at) => [
        id,
        {
          head: `{"ruleId":${json(id)},"ruleIndex":${at},"level":"${LEVEL[severity]}","message":{"text":"`,
          print: `[${json(id)},"`,
          severity: `"},"properties":{"severity":"${severity}","mode":"`,
        },
      ]),
    );
  }

  #textOf(id: string): RuleText {
    const known = this.#rules.get(id);
    if (known === undefined)
      throw new InvariantError(`a violation of ${id}, which is no rule of this report`);
    return known;
  }

  #sharedOf(placed: PlacedViolation): Shared {
    const { file, object } = placed;
    const last = this.#shared;
    if (last?.file === file && last.object === object) return last;
    const isSameFile = last?.file === file;
    const inFile = isSameFile ? last.inFile : inside(file);
    const uri = isSameFile ? last.uri : inside(uriOf(file));
    const title = inside(objectTitle(placed));
    this.#shared = {
      file,
      object,
      inFile,
      uri,
      location: `]"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"${uri}"},"region":{"startLine":`,
      name: `}},"logicalLocations":[{"fullyQualifiedName":"${title}: `,
      print: `${inFile}","${title}","`,
    };
    return this.#shared;
  }

  #sentence(text: string): string {
    const known = this.#sentences.get(text);
    if (known !== undefined) return known;
    if (this.#sentences.size >= SENTENCES_MAX) this.#sentences.clear();
    const written = inside(text);
    this.#sentences.set(text, written);
    return written;
  }

  result(placed: PlacedViolation): string {
    const { violation, line, column } = placed;
    const { actual, allowed, patch, mode } = violation;
    const rule = this.#textOf(violation.rule.id);
    const { location, name, print } = this.#sharedOf(placed);
    const path = inside(violation.path);
    const message = this.#sentence(violation.messageIn(this.#language));
    // The same for the same violation in another run, wherever its line went.
    const mark = hash('sha256', `${rule.print}${print}${path}"]`).slice(0, 32);
    const more =
      (actual === undefined ? '' : `,"actual":${json(actual)}`) +
      (allowed === undefined ? '' : `,"allowed":"${this.#sentence(allowed)}"`) +
      (patch.length === 0 ? '' : `,"patch":${json(patch)}`);
    return `${rule.head}${message} [${path}${location}${line},"startColumn":${column}${name}${path}","kind":"resource"}]}],"partialFingerprints":{"bartizanPolicy/v1":"${mark}${rule.severity}${mode}","path":"${path}"${more}}}`;
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

function rulesOf({ set, language }: ReportBasis): object[] {
  return set.rules.map(({ rule }) => ({
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
    return `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":${JSON.stringify(driver)}},"results":[`;
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
    return `],"invocations":[${JSON.stringify(invocation)}]}]}\n`;
  }
}
