// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FileSignature, KnownFiles, type Parser, parser, SecretRule } from '@bartizan/contracts';
import {
  compileFileSignatures,
  compileSecretRules,
  type HygieneRules,
  KnownFileSet,
  SecretScanner,
} from '@bartizan/scan';

/** What a search is made with. */
export interface SearchRules {
  /** Folder of the knowledge: rules for secrets and signatures of harmful files lie in it. */
  readonly rules: string;
  /** Key of the fingerprints, the same for all nodes of a tenant. */
  readonly hashKey: Uint8Array;
}

const RULE_FILES_MAX = 5_000;
const RULE_BYTES_MAX = 1024 * 1024;

const KNOWN_FILES = 'known-files.json';

const parseRule = parser(SecretRule);
const parseSignature = parser(FileSignature);
const parseKnown = parser(KnownFiles);

/** One file of the knowledge. It comes with this program: what is wrong with it is said, and nothing is searched. */
const readEntry = <T>(folder: string, name: string, parse: Parser<T>): T => {
  const path = join(folder, name);
  if (statSync(path).size > RULE_BYTES_MAX) throw new Error(`${name} is larger than ${RULE_BYTES_MAX} bytes`);
  const entry = parse(JSON.parse(readFileSync(path, 'utf8')));
  if (!entry.ok) throw new Error(`${name} ${entry.error[0]?.pointer ?? ''} has another form`);
  return entry.value;
};

const readEntries = <T>(folder: string, parse: Parser<T>): T[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== KNOWN_FILES)
    .sort()
    .slice(0, RULE_FILES_MAX)
    .map((name) => readEntry(folder, name, parse));

let held: { readonly about: string; readonly scanner: SecretScanner } | undefined;

/** The search for secrets. Rules do not change while a program runs: the last one that was made is kept. */
export const scannerOf = ({ rules, hashKey }: SearchRules): SecretScanner => {
  const about = `${rules}\n${Buffer.from(hashKey).toString('base64')}`;
  if (held?.about === about) return held.scanner;
  const set = compileSecretRules(readEntries(join(rules, 'secrets'), parseRule));
  if (!set.ok) throw new Error(set.error.detail);
  held = { about, scanner: new SecretScanner(set.value, { hashKey, now: Date.now }) };
  return held.scanner;
};

/** Signatures of harmful files. */
export const harmRulesOf = ({ rules }: Pick<SearchRules, 'rules'>): HygieneRules => {
  const folder = join(rules, 'malware');
  const signatures = compileFileSignatures(readEntries(folder, parseSignature));
  if (!signatures.ok) throw new Error(signatures.error.detail);
  const known = new KnownFileSet();
  for (const { sha256, name } of readEntry(folder, KNOWN_FILES, parseKnown).files) known.add(sha256, name);
  return { signatures: signatures.value, known };
};
