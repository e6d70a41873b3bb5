// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync } from 'node:fs';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { parseDocument } from 'yaml';

/** Largest file of rules that is read. */
const BYTES_MAX = 4 * 1024 * 1024;
/** A few hundred bytes of aliases can stand for gigabytes: files of rules need none. */
const ALIASES_MAX = 0;

/** Reads a YAML or JSON file (YAML 1.2 holds JSON) with the code to fail with. */
export function readDocument<C extends string>(path: string, code: C): Result<unknown, Failure<C>> {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) return err(failure(code, `${path}: ${size} bytes`));
    const document = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true, version: '1.2' });
    const [wrong] = document.errors;
    if (wrong !== undefined) return err(failure(code, `${path}: ${wrong.message.split('\n')[0] ?? ''}`));
    return ok(document.toJS({ maxAliasCount: ALIASES_MAX }));
  } catch (error) {
    return err(failure(code, `${path}: ${error instanceof Error ? error.message : 'cannot be read'}`));
  }
}
