// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type LocalText, sameText } from './words.ts';

/** A successful outcome that carries its value. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** An expected failure that carries its error. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** What an operation that may fail in expected ways returns. Bugs are never a Result: they throw InvariantError. */
export type Result<T, E> = Ok<T> | Err<E>;

/** Wraps a value as a success. */
export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });

/** Wraps an error as an expected failure. */
export const err = <E>(error: E): Err<E> => ({ ok: false, error });

/** An expected failure with a code of the error catalogue and what a person needs to act on it. */
export interface Failure<C extends string = string> {
  readonly code: C;
  /** What happened, for the log and the error detail; never contains a secret. */
  readonly detail: string;
  /** The same in both languages, where a person reads it in a status and not in a log only. */
  readonly told?: LocalText;
  /** The foreign error, for the log only. */
  readonly cause?: unknown;
}

/** Makes a Failure. */
export const failure = <C extends string>(code: C, detail: string, cause?: unknown): Failure<C> =>
  cause === undefined ? { code, detail } : { code, detail, cause };

/** Makes a Failure that a status shows: its detail in both languages. */
export const toldFailure = <C extends string>(code: C, told: LocalText, cause?: unknown): Failure<C> => ({
  ...failure(code, told.en, cause),
  told,
});

/** What happened, in both languages; words of a machine stay as they are. */
export const toldOf = ({ detail, told }: Failure): LocalText => told ?? sameText(detail);

/** A broken assumption of ours, hence a bug. Nothing but the process supervisor catches it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws InvariantError unless the condition holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Closes an exhaustive switch: reaching it is a bug. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable value: ${String(value)}`);
}
