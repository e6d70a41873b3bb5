// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, type ErrorCode, err, failure, ok, type Result } from '@bartizan/contracts';
import type { CommandContext } from '@stricli/core';
import type { ApiClient, ApiFailure } from './api/client.ts';
import { connect } from './api/connect.ts';
import { exitCodeOf } from './exit-codes.ts';
import { type InstancePaths, instancePaths } from './instance/paths.ts';
import { painter, type Terminal } from './output/terminal.ts';
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
}

/** The instance of this call. */
export const pathsOf = (context: CliContext): Result<InstancePaths, ApiFailure> =>
  instancePaths(context.process.env);

/** What set-up steps need, from a command's context. */
export function setupContext(context: CliContext): Result<SetupContext, ApiFailure> {
  const paths = pathsOf(context);
  if (!paths.ok) return paths;
  const { t, language, checkout } = context;
  return ok({ terminal: context.process, t, language, checkout, paths: paths.value });
}

const isKnown = (code: string): code is ErrorCode => code in ERRORS;

/** Two lines for a failure: code, what it is, what happened; and the remedy. */
export function failureLines(context: Pick<CliContext, 'language' | 't'>, error: ApiFailure): string[] {
  const entry = isKnown(error.code) ? ERRORS[error.code] : undefined;
  const title = entry?.title[context.language] ?? error.title ?? '';
  const remedy = entry?.remedy[context.language] ?? error.remedy;
  const trace = error.traceId === undefined ? '' : ` [${error.traceId}]`;
  return [
    `bartizan: ${error.code}: ${title}${error.detail === '' ? '' : ` (${error.detail})`}${trace}`,
    ...(remedy === undefined ? [] : [`  ${context.t('error.remedy')}: ${remedy}`]),
  ];
}

/** Prints a failure to stderr and sets the exit code that belongs to it. */
export function fail(context: CliContext, error: ApiFailure): void {
  const paint = painter(context.process.stderr, context.process.env);
  const [first, ...rest] = failureLines(context, error);
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
  else fail(context, outcome.error);
}

/** A client of the server this call is about. */
export async function clientOf(context: CliContext): Promise<Result<ApiClient, ApiFailure>> {
  const paths = pathsOf(context);
  return paths.ok ? connect(paths.value, context.process.env, context.language) : paths;
}

/** A usage error. */
export const usage = (detail: string): Result<never, ApiFailure> => err(failure('E_USAGE', detail));
