// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from './result.ts';

/** One place where a value does not have the form of its schema. */
export interface Fault {
  /** JSON pointer (RFC 6901) into the value; empty = the value itself. */
  readonly pointer: string;
  readonly detail: string;
}
/** Turns a foreign value into a contract type, or says where it is wrong (at most 32 places). */
export type Parser<T> = (value: unknown) => Result<T, readonly Fault[]>;

const FAULTS_MAX = 32;

/**
 * A parser for a schema: the only way bytes from outside become contract types. Compiled at first use; `isOfForm`, where
 * somebody has compiled the same schema before, leaves that to the first value that is wrong.
 */
export function parser<const T extends TSchema>(
  schema: T,
  isOfForm?: (value: unknown) => boolean,
): Parser<Static<T>> {
  let compiled: ReturnType<typeof Compile<T>> | undefined;
  return (value) => {
    // What it was compiled of is this schema.
    if (isOfForm?.(value) === true) return ok(value as Static<T>);
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return ok(value);
    const faults = compiled
      .Errors(value)
      .slice(0, FAULTS_MAX)
      .map((fault) => ({
        pointer: fault.instancePath.slice(0, 512),
        detail: fault.message.slice(0, 512),
      }));
    return err(faults.length > 0 ? faults : [{ pointer: '', detail: 'does not have the expected form' }]);
  };
}
