// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorCode, ErrorEntry, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import type { CommandContext } from '@stricli/core';
import type { ApiClient, ApiFailure } from './api/client.ts';
import { exitCodeOf } from './exit-codes.ts';
import { type InstancePaths, instancePaths } from './instance/paths.ts';
import { painter, type Terminal } from './output/terminal.ts';
import { plain } from './output/width.ts';
import type { SetupContext } from './setup/context.ts';
import type { Language, Translate } from './text/catalogue.ts';

/** The process as commands see it. */
export interface CliProcess extends Terminal {
  exitCode?: number | string | null;
}

/** What every command gets as `this`. */
export interface CliContext extends CommandContext {
  readonly process: CliProcess & CommandContext['process'];
  readonly language: Language;
  readonly t: Translate;
  readonly checkout: string;
  /** Asks one line on the terminal; undefined when there is none. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly interrupted: AbortSignal;
  /** Does work that must not be left half done: no signal ends this program before it is over. */
  readonly unbroken: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The instance of this call. */
export const pathsOf = (context: CliContext): Result<InstancePaths, ApiFailure> =>
  instancePaths(context.process.env);

/** What set-up steps need, from a command's context. */
export function setupContext(context: CliContext): Result<SetupContext, ApiFailure> {
  const paths = pathsOf(context);
  if (!paths.ok) return paths;
  const { t, language, checkout, interrupted, unbroken } = context;
  return ok({ terminal: context.process, t, language, checkout, interrupted, unbroken, paths: paths.value });
}

/** What the catalogue says of a code; it is loaded by who fails, and by nobody else. */
async function entryOf(code: string): Promise<ErrorEntry | undefined> {
  const { ERRORS } = await import('@bartizan/contracts/errors');
  const isKnown = (one: string): one is ErrorCode => one in ERRORS;
  return isKnown(code) ? ERRORS[code] : undefined;
}

/**
 * Two lines for a failure: code, what it is, what happened; and the remedy. Made plain: the detail may quote an image
 * or a server.
 */
export async function failureLines(
  context: Pick<CliContext, 'language' | 't'>,
  error: ApiFailure,
): Promise<string[]> {
  const entry = await entryOf(error.code);
  const title = entry?.title[context.language] ?? error.title ?? '';
  const remedy = entry?.remedy[context.language] ?? error.remedy;
  const trace = error.traceId === undefined ? '' : ` [${error.traceId}]`;
  return [
    `bartizan: ${error.code}: ${title}${error.detail === '' ? '' : ` (${error.detail})`}${trace}`,
    ...(remedy === undefined ? [] : [`  ${context.t('error.remedy')}: ${remedy}`]),
  ].map(plain);
}

/** Prints a failure to stderr and sets the exit code that belongs to it. */
export async function fail(context: CliContext, error: ApiFailure): Promise<void> {
  const paint = painter(context.process.stderr, context.process.env);
  const [first, ...rest] = await failureLines(context, error);
  context.process.stderr.write(`${[paint('red', first ?? ''), ...rest].join('\n')}\n`);
  context.process.exitCode = exitCodeOf(error.code);
}

/** Runs the body of a command: a failure is printed, a number is the exit code. */
export async function perform(
  context: CliContext,
  body: () => Promise<Result<number, ApiFailure>>,
): Promise<void> {
  const outcome = await body();
  if (outcome.ok) context.process.exitCode = outcome.value;
  else await fail(context, outcome.error);
}

/** A client of the server this call is about. */
export async function clientOf(context: CliContext): Promise<Result<ApiClient, ApiFailure>> {
  const paths = pathsOf(context);
  if (!paths.ok) return paths;
  const { connect } = await import('./api/connect.ts');
  return connect(paths.value, context.process.env, context.language);
}

/** A usage error. */
export const usage = (detail: string): Result<never, ApiFailure> => err(failure('E_USAGE', detail));
