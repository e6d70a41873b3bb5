// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createWriteStream, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reportStream } from '@bartizan/adapters/report';
import { ok, type ReportFormat, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { assessOffline } from './report-input.ts';

/** Flags of `compliance report`. */
export interface ReportFlags {
  readonly framework: string;
  readonly format: ReportFormat;
  readonly run?: string;
  readonly bundle?: string;
  readonly compare?: string;
  readonly out?: string;
}

/** Name and version of this program. */
function toolOf({ checkout }: CliContext): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return `bartizan ${manifest.version}`;
}

async function offline(
  context: CliContext,
  flags: ReportFlags & { readonly bundle: string },
): Promise<Result<Readable, ApiFailure>> {
  const atMs = Date.now();
  const { framework, bundle, compare } = flags;
  const judged = assessOffline({ checkout: context.checkout, framework, bundle, compare, atMs });
  if (!judged.ok) return judged;
  context.process.stderr.write(`${context.t('report.offline')}\n`);
  const { assessments, scope } = judged.value;
  const head = { language: context.language, scope, tool: toolOf(context), atMs };
  return ok(reportStream(flags.format, assessments, head));
}

async function online(context: CliContext, flags: ReportFlags): Promise<Result<Readable, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  const { framework, format, run, compare } = flags;
  return client.value.open('compliance.report', {
    query: {
      framework,
      format,
      lang: context.language,
      ...(run === undefined ? {} : { run }),
      ...(compare === undefined ? {} : { compare }),
    },
    timeoutMs: 600_000,
  });
}

/** Writes the whole file or none: a report that was cut off is never taken for a whole one. */
async function writeWhole(from: Readable, file: string): Promise<Result<void, ApiFailure>> {
  const part = `${file}.part`;
  try {
    await pipeline(from, createWriteStream(part, { mode: 0o640 }));
    renameSync(part, file);
    return ok(undefined);
  } catch (cause) {
    rmSync(part, { force: true });
    return usage(`${file}: ${cause instanceof Error ? cause.message : 'cannot be written'}`);
  }
}

/** `compliance report`. */
export const runReport = (context: CliContext, flags: ReportFlags): Promise<void> =>
  perform(context, async () => {
    const { bundle, out, format, run } = flags;
    if (bundle !== undefined && run !== undefined) return usage('--run and --bundle exclude each other');
    if (out === undefined && format === 'pdf' && context.process.stdout.isTTY === true)
      return usage('a PDF is not written to a terminal: give --out FILE');
    const stream = await (bundle === undefined
      ? online(context, flags)
      : offline(context, { ...flags, bundle }));
    if (!stream.ok) return stream;
    if (out !== undefined) {
      const written = await writeWhole(stream.value, out);
      if (!written.ok) return written;
      context.process.stderr.write(`${context.t('report.written', { file: out })}\n`);
      return ok(EXIT.fine);
    }
    await pipeline(stream.value, process.stdout, { end: false });
    return ok(EXIT.fine);
  });
