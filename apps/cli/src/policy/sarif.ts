// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { Severity } from '@bartizan/contracts';
import type { AdmissionRuleSet } from '@bartizan/engine/admission';
import type { Language } from '../text/catalogue.ts';
import type { ObjectName, PolicyFinding, PolicyRun } from './judge-manifests.ts';

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
export const objectTitle = ({ object }: PolicyFinding): string =>
  `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`;

const json = (value: unknown): string => JSON.stringify(value);

/** What the results of one file, and of one object, have in common, as JSON. */
interface Shared {
  readonly file: string;
  readonly object: ObjectName;
  readonly title: string;
  readonly fileJson: string;
  readonly titleJson: string;
  readonly uriJson: string;
}

/** Writes results as text: a report has tens of thousands, most of whose parts were written before. */
class ResultWriter {
  readonly #language: Language;
  readonly #heads: ReadonlyMap<string, string>;
  #shared: Shared | undefined;

  constructor({ set, language }: ReportBasis) {
    this.#language = language;
    this.#heads = new Map(
      set.rules.map(({ rule: { id, severity } }, at) => [
        id,
        `"ruleId":${json(id)},"ruleIndex":${at},"level":"${LEVEL[severity]}"`,
      ]),
    );
  }

  #sharedOf(finding: PolicyFinding): Shared {
    const { file, object } = finding;
    const last = this.#shared;
    if (last?.file === file && last.object === object) return last;
    const title = objectTitle(finding);
    const ofFile =
      last?.file === file
        ? { fileJson: last.fileJson, uriJson: last.uriJson }
        : { fileJson: json(file), uriJson: json(uriOf(file)) };
    this.#shared = { file, object, title, titleJson: json(title), ...ofFile };
    return this.#shared;
  }

  result(finding: PolicyFinding): string {
    const { rule, severity, message, line, column, path, actual, allowed, patch, mode } = finding;
    const { title, fileJson, titleJson, uriJson } = this.#sharedOf(finding);
    const pathJson = json(path);
    // The same for the same violation in another run, wherever its line went.
    const print = hash('sha256', `[${json(rule)},${fileJson},${titleJson},${pathJson}]`).slice(0, 32);
    const more =
      (actual === undefined ? '' : `,"actual":${json(actual)}`) +
      (allowed === undefined ? '' : `,"allowed":${json(allowed)}`) +
      (patch.length === 0 ? '' : `,"patch":${json(patch)}`);
    return `{${this.#heads.get(rule) ?? ''},"message":{"text":${json(`${message[this.#language]} [${path}]`)}},"locations":[{"physicalLocation":{"artifactLocation":{"uri":${uriJson}},"region":{"startLine":${line},"startColumn":${column}}},"logicalLocations":[{"fullyQualifiedName":${json(`${title}: ${path}`)},"kind":"resource"}]}],"partialFingerprints":{"bartizanPolicy/v1":"${print}"},"properties":{"severity":"${severity}","mode":"${mode}","path":${pathJson}${more}}}`;
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
  result(finding: PolicyFinding): string {
    const text = this.#results.result(finding);
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
