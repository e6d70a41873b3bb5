// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { err, failure, ok, type STATEMENT_ORIGINS } from '@bartizan/contracts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Format, renderList } from '../output/render.ts';
import { columnsFor } from './columns.ts';

/** Flags of `vex import`. */
export interface VexImportFlags {
  readonly name?: string;
  readonly origin: (typeof STATEMENT_ORIGINS)[number];
  readonly output: Format;
}

/** A large document on a busy controller takes its time: every finding is held against it. */
const TRANSFER_MS = 10 * 60_000;
const NAME_MAX = 256;

/** `vex import FILE`. */
export function runVexImport(context: CliContext, file: string, flags: VexImportFlags): Promise<void> {
  return perform(context, async () => {
    const sizeBytes = sizeOf(file);
    if (sizeBytes === undefined) return err(failure('E_VEX_INVALID', file));
    const client = await clientOf(context);
    if (!client.ok) return client;
    const made = await client.value.call('vex.import', {
      query: { name: (flags.name ?? basename(file)).slice(0, NAME_MAX), origin: flags.origin },
      upload: { stream: createReadStream(file), sizeBytes },
      timeoutMs: TRANSFER_MS,
    });
    if (!made.ok) return made;
    const { id, statements, unusable, matches } = made.value;
    if (flags.output === 'table')
      context.process.stdout.write(
        `${context.t('vex.imported', { id, statements, unusable, count: matches })}\n`,
      );
    else
      renderList(context.process, flags.output, {
        items: [made.value],
        columns: columnsFor('vex.list', context.t),
        whole: made.value,
      });
    return ok(EXIT.fine);
  });
}

/** `vex remove ID`. */
export function runVexRemove(context: CliContext, id: string): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const gone = await client.value.call('vex.remove', { params: { id } });
    if (!gone.ok) return gone;
    context.process.stderr.write(`${context.t('vex.removed', { id })}\n`);
    return ok(EXIT.fine);
  });
}

/** Size of a file; undefined when it is none, or cannot be seen. */
function sizeOf(path: string): number | undefined {
  try {
    const seen = statSync(path);
    return seen.isFile() ? seen.size : undefined;
  } catch {
    return undefined;
  }
}
