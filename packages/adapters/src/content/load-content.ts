// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdmissionRule,
  ComplianceControl,
  DetectionRule,
  err,
  type Failure,
  FileSignature,
  failure,
  KnownFiles,
  Lifecycle,
  ok,
  type Parser,
  PostureCheck,
  parser,
  type Result,
  SecretRule,
} from '@bartizan/contracts';
import {
  type Benchmark,
  BenchmarkEdition,
  BenchmarkQuestion,
  Framework,
} from '@bartizan/contracts/compliance';

/** A file that was refused, and why. One bad file never keeps the others out. */
export interface ContentFault {
  readonly file: string;
  readonly detail: string;
}
/** Everything a controller knows at start. */
export interface Content {
  readonly rules: readonly DetectionRule[];
  readonly checks: readonly PostureCheck[];
  readonly controls: readonly ComplianceControl[];
  readonly lifecycle: Lifecycle | undefined;
  readonly refused: readonly ContentFault[];
}

const FILE_BYTES_MAX = 1024 * 1024;
const FILES_MAX = 5000;
const OWASP = 'owasp-kubernetes.json';
const KNOWN_FILES = 'known-files.json';

const parseAdmissionRule = parser(AdmissionRule);
const parseRule = parser(DetectionRule);
const parseCheck = parser(PostureCheck);
const parseControl = parser(ComplianceControl);
const parseLifecycle = parser(Lifecycle);
const parseFramework = parser(Framework);
const parseSecretRule = parser(SecretRule);
const parseFileSignature = parser(FileSignature);
const parseEdition = parser(BenchmarkEdition);
const parseQuestion = parser(BenchmarkQuestion);
const parseKnownFiles = parser(KnownFiles);

function readJson(path: string): Result<unknown, string> {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return err(`larger than ${FILE_BYTES_MAX} bytes`);
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return ok(value);
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : 'cannot be read');
  }
}

class Reader {
  readonly refused: ContentFault[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** One file; undefined when it is refused. */
  file<T>(path: string, parse: Parser<T>): T | undefined {
    const json = readJson(join(this.#folder, path));
    if (!json.ok) return this.#refuse(path, json.error);
    const parsed = parse(json.value);
    if (parsed.ok) return parsed.value;
    const [first] = parsed.error;
    return this.#refuse(path, `${first?.pointer ?? ''} ${first?.detail ?? 'has another form'}`);
  }

  /** All JSON files of a folder, by name. */
  folder<T>(path: string, parse: Parser<T>, except: readonly string[] = []): T[] {
    let names: string[];
    try {
      names = readdirSync(join(this.#folder, path));
    } catch {
      this.#refuse(path, 'the folder cannot be read');
      return [];
    }
    return names
      .filter((name) => name.endsWith('.json') && !except.includes(name))
      .sort()
      .slice(0, FILES_MAX)
      .flatMap((name) => {
        const read = this.file(`${path}/${name}`, parse);
        return read === undefined ? [] : [read];
      });
  }

  #refuse(file: string, detail: string): undefined {
    this.refused.push({ file, detail: detail.slice(0, 512) });
    return undefined;
  }
}

/** A list of things that one parser reads each. */
const listParser =
  <T>(parseEntry: Parser<T>): Parser<T[]> =>
  (value) => {
    if (!Array.isArray(value)) return err([{ pointer: '', detail: 'is not a list' }]);
    const entries: T[] = [];
    for (const [at, entry] of value.entries()) {
      const parsed = parseEntry(entry);
      if (!parsed.ok)
        return err(parsed.error.map((fault) => ({ ...fault, pointer: `/${at}${fault.pointer}` })));
      entries.push(parsed.value);
    }
    return ok(entries);
  };
const parseControls = listParser(parseControl);
const parseQuestions = listParser(parseQuestion);

/** Loads a content folder. E_CONTENT when it holds no rules at all: then the folder is not one of ours. */
export function loadContent(folder: string): Result<Content, Failure<'E_CONTENT'>> {
  const reader = new Reader(folder);
  const rules = reader.folder('detections', parseRule);
  const checks = reader.folder('posture', parseCheck, ['facts.json']);
  const controls = reader.file(`frameworks/${OWASP}`, parseControls) ?? [];
  const lifecycle = reader.file('lifecycle.json', parseLifecycle);
  if (rules.length === 0)
    return err(
      failure(
        'E_CONTENT',
        `${folder}: no detection rules; ${reader.refused[0]?.detail ?? 'the folder is empty'}`,
      ),
    );
  return ok({ rules, checks, controls, lifecycle, refused: reader.refused });
}

/** Loads the built-in admission rules of a content folder. E_CONTENT when there are none. */
export function loadAdmissionRules(
  folder: string,
): Result<
  { readonly rules: readonly AdmissionRule[]; readonly refused: readonly ContentFault[] },
  Failure<'E_CONTENT'>
> {
  const reader = new Reader(folder);
  const rules = reader.folder('admission', parseAdmissionRule);
  const [first] = reader.refused;
  return rules.length === 0
    ? err(failure('E_CONTENT', `${folder}: no admission rules; ${first?.detail ?? 'the folder is empty'}`))
    : ok({ rules, refused: reader.refused });
}

/** Loads the frameworks of compliance of a content folder. E_CONTENT when there are none. */
export function loadFrameworks(
  folder: string,
): Result<
  { readonly frameworks: readonly Framework[]; readonly refused: readonly ContentFault[] },
  Failure<'E_CONTENT'>
> {
  const reader = new Reader(folder);
  const frameworks = reader.folder('frameworks', parseFramework, [OWASP]);
  const [first] = reader.refused;
  return frameworks.length === 0
    ? err(failure('E_CONTENT', `${folder}: no frameworks; ${first?.detail ?? 'the folder is empty'}`))
    : ok({ frameworks, refused: reader.refused });
}

/** Loads the rules for secrets of a content folder. E_CONTENT when there are none. */
export function loadSecretRules(
  folder: string,
): Result<
  { readonly rules: readonly SecretRule[]; readonly refused: readonly ContentFault[] },
  Failure<'E_CONTENT'>
> {
  const reader = new Reader(folder);
  const rules = reader.folder('secrets', parseSecretRule);
  const [first] = reader.refused;
  return rules.length === 0
    ? err(failure('E_CONTENT', `${folder}: no rules for secrets; ${first?.detail ?? 'the folder is empty'}`))
    : ok({ rules, refused: reader.refused });
}

/** What is known of harmful files. */
export interface MalwareContent {
  readonly signatures: readonly FileSignature[];
  readonly known: KnownFiles['files'];
  readonly refused: readonly ContentFault[];
}

/** Loads the signatures and checksums of harmful files of a content folder. E_CONTENT when there are no signatures. */
export function loadMalware(folder: string): Result<MalwareContent, Failure<'E_CONTENT'>> {
  const reader = new Reader(folder);
  const signatures = reader.folder('malware', parseFileSignature, [KNOWN_FILES]);
  const known = reader.file(`malware/${KNOWN_FILES}`, parseKnownFiles)?.files ?? [];
  const [first] = reader.refused;
  return signatures.length === 0
    ? err(
        failure('E_CONTENT', `${folder}: no signatures of files; ${first?.detail ?? 'the folder is empty'}`),
      )
    : ok({ signatures, known, refused: reader.refused });
}

/** The benchmarks, each joined with what its numbers ask. */
export interface BenchmarkContent {
  readonly benchmarks: readonly Benchmark[];
  readonly refused: readonly ContentFault[];
}

/** Loads the benchmarks of a content folder. E_CONTENT when there are none. */
export function loadBenchmarks(folder: string): Result<BenchmarkContent, Failure<'E_CONTENT'>> {
  const reader = new Reader(folder);
  const questions = new Map(
    reader
      .folder('benchmarks/questions', parseQuestions)
      .flatMap((list) => list.map((one) => [one.key, one])),
  );
  const refused: ContentFault[] = [];
  const benchmarks = reader.folder('benchmarks', parseEdition).map((edition): Benchmark => {
    const checks = edition.checks.flatMap(({ id, kind, question }) => {
      const found = questions.get(question);
      if (found === undefined) {
        refused.push({ file: `benchmarks/${edition.id}.json`, detail: `${id}: no question ${question}` });
        return [];
      }
      const { key, ...said } = found;
      return [{ id, kind, question: key, ...said }];
    });
    return { ...edition, checks };
  });
  const faults = [...reader.refused, ...refused];
  return benchmarks.length === 0
    ? err(failure('E_CONTENT', `${folder}: no benchmarks; ${faults[0]?.detail ?? 'the folder is empty'}`))
    : ok({ benchmarks, refused: faults });
}
