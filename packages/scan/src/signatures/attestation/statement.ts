// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText, type JsonObject, parseJson } from '../../json/fields.ts';
import { listOf, textOf } from '../json-fields.ts';
import { demand } from '../refusal.ts';

/** The media type of in-toto statements in an envelope. */
export const IN_TOTO = 'application/vnd.in-toto+json';

/** What a statement is about: a name and digests by algorithm, in lower-case hexadecimal. */
export interface Subject {
  readonly name: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** An in-toto statement (in-toto attestation framework, statement v0.1 and v1). */
export interface Statement {
  readonly version: 'v0.1' | 'v1';
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: JsonObject | undefined;
}

const STATEMENTS: ReadonlyMap<string, Statement['version']> = new Map([
  ['https://in-toto.io/Statement/v0.1', 'v0.1'],
  ['https://in-toto.io/Statement/v1', 'v1'],
]);
const SUBJECTS_MAX = 10_000;

function readSubject(value: unknown): Subject {
  const subject = asObject(value);
  const digests = asObject(subject?.['digest']);
  demand(subject !== undefined && digests !== undefined, 'statement', 'a subject without a digest');
  const read = Object.create(null) as Record<string, string>;
  for (const [algorithm, digest] of Object.entries(digests)) {
    demand(
      typeof digest === 'string' && /^[0-9a-f]{8,256}$/.test(digest),
      'statement',
      'a digest that is none',
    );
    read[algorithm] = digest;
  }
  return { name: textOf(subject['name'] ?? '', 'subject.name'), digests: read };
}

/** Parses a statement; throws a Refusal. */
export function parseStatement(payload: Buffer): Statement {
  const statement = asObject(parseJson(payload.toString('utf8')));
  const version = STATEMENTS.get(asText(statement?.['_type']) ?? '');
  demand(statement !== undefined && version !== undefined, 'statement', 'not an in-toto statement');
  const subjects = listOf(statement['subject'], SUBJECTS_MAX, 'subject').map(readSubject);
  demand(subjects.length > 0, 'statement', 'a statement about nothing');
  const { predicate } = statement;
  demand(
    predicate === undefined || asObject(predicate) !== undefined,
    'statement',
    'predicate: not an object',
  );
  return {
    version,
    subjects,
    predicateType: textOf(statement['predicateType'], 'predicateType', 1024),
    predicate: asObject(predicate),
  };
}

/** Refuses an envelope whose statement is not about the artifact with this SHA-256. */
export function demandStatement(payloadType: string, payload: Buffer, sha256: string): Statement {
  demand(payloadType === IN_TOTO, 'unsupported', `an envelope with ${payloadType.slice(0, 100)}`);
  const statement = parseStatement(payload);
  demand(
    statement.subjects.some(({ digests }) => digests['sha256'] === sha256),
    'artifact',
    'the statement is about another artifact',
  );
  return statement;
}
