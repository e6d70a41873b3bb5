// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
  Failure,
  Result,
} from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { readPolicyDocument } from '@bartizan/engine/policy-objects';
import { readYaml } from '@bartizan/scan/yaml';
import type { ApiFailure } from '../api/client.ts';
import { manifestFiles } from './manifests.ts';

/** Policy as files hold it. */
export interface PolicyFiles {
  readonly rules: readonly AdmissionRule[];
  /** Ids of rules that are kept and not asked: those annotated with `policy.bartizan.dev/enabled: "false"`. */
  readonly disabled: readonly string[];
  readonly bindings: readonly AdmissionBinding[];
  readonly exceptions: readonly AdmissionException[];
  /** Documents of other kinds: suites of tests, for instance. */
  readonly others: readonly {
    readonly kind: string;
    readonly name: string;
    readonly spec: unknown;
    readonly file: string;
  }[];
}

/** The rules that come with the product; they were checked when it was built. */
export function builtInRules(checkout: string): Result<readonly AdmissionRule[], ApiFailure> {
  const folder = join(checkout, 'content', 'admission');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return ok(names.map((name): AdmissionRule => JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  } catch (error) {
    return err(failure('E_CONTENT', folder, error));
  }
}

interface Growing {
  readonly rules: AdmissionRule[];
  readonly disabled: string[];
  readonly bindings: AdmissionBinding[];
  readonly exceptions: AdmissionException[];
  readonly others: {
    readonly kind: string;
    readonly name: string;
    readonly spec: unknown;
    readonly file: string;
  }[];
}

function take(
  value: unknown,
  where: string,
  file: string,
  into: Growing,
): Failure<'E_ADMISSION_RULE'> | undefined {
  const read = readPolicyDocument(value);
  if (!read.ok) return failure('E_ADMISSION_RULE', `${where}: ${read.error.detail}`);
  const item = read.value;
  switch (item.kind) {
    case 'AdmissionRule':
      into.rules.push(item.rule);
      if (!item.enabled) into.disabled.push(item.id);
      return undefined;
    case 'AdmissionBinding':
      into.bindings.push(item.binding);
      return undefined;
    case 'AdmissionException':
      into.exceptions.push(item.exception);
      return undefined;
    default:
      into.others.push({ kind: item.named, name: item.name, spec: item.spec, file });
      return undefined;
  }
}

function contentOf(file: string): Result<Buffer, ApiFailure> {
  try {
    return ok(readFileSync(file));
  } catch (error) {
    return err(failure('E_POLICY_FILE', file, error));
  }
}

/** Reads policy objects of files and folders. The first that is wrong ends it: no rule is ever left out silently. */
export function readPolicyFiles(paths: readonly string[]): Result<PolicyFiles, ApiFailure> {
  const into: Growing = { rules: [], disabled: [], bindings: [], exceptions: [], others: [] };
  const files = manifestFiles(paths);
  if (!files.ok) return files;
  for (const file of files.value) {
    const content = contentOf(file);
    if (!content.ok) return content;
    for (const document of readYaml(content.value)) {
      if (!document.ok) {
        const { code, line, column, detail } = document.problem;
        return err(failure(code, `${file}:${line}:${column}: ${detail}`));
      }
      if (document.value === null) continue;
      const wrong = take(document.value, `${file}:${document.line}`, file, into);
      if (wrong !== undefined) return err(wrong);
    }
  }
  return ok(into);
}
