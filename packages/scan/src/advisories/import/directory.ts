// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { err, ok, type Result } from '@bartizan/contracts';
import { IMPORT_LIMITS } from '../limits.ts';
import type { PackBuilder } from '../pack-builder.ts';
import type { PackError } from '../pack-error.ts';
import { importers } from './importers.ts';

/** What became of one file. */
export interface ImportedFile {
  readonly file: string;
  readonly importer: string;
  readonly rows: number;
  /** Records that could not be read. */
  readonly refused: number;
  /** Set when the file as a whole could not be read. */
  readonly problem?: string;
}

const readInflated = (path: string): Buffer => {
  const content = readFileSync(path);
  return path.endsWith('.gz')
    ? gunzipSync(content, { maxOutputLength: IMPORT_LIMITS.inflatedBytes })
    : content;
};

const importFile = (directory: string, file: string, builder: PackBuilder): ImportedFile | undefined => {
  const importer = importers.find((one) => one.claims(file));
  if (importer === undefined) return undefined;
  const before = builder.rows;
  let refused = 0;
  try {
    const path = join(directory, file);
    if (statSync(path).size > IMPORT_LIMITS.inflatedBytes) throw new RangeError('the file is too large');
    importer.read(
      {
        file,
        content: () => readInflated(path),
        raw: () => readFileSync(path),
        refuse: (count) => {
          refused += count;
        },
      },
      builder,
    );
    builder.refuse(refused);
    return { file, importer: importer.id, rows: builder.rows - before, refused };
  } catch (cause) {
    builder.refuse(refused + 1);
    return {
      file,
      importer: importer.id,
      rows: builder.rows - before,
      refused: refused + 1,
      problem: cause instanceof Error ? cause.message : 'unreadable',
    };
  }
};

/**
 * Reads every file of a folder that an importer claims, by its name. Files nobody claims are left alone; one that
 * cannot be read is reported and does not stop the others.
 */
export const importDirectory = (
  directory: string,
  builder: PackBuilder,
): Result<readonly ImportedFile[], PackError> => {
  let names: string[];
  try {
    names = readdirSync(directory).sort();
  } catch (cause) {
    return err({ code: 'E_PACK_NO_INPUT', detail: `cannot list ${directory}`, cause });
  }
  const files = names.flatMap((file) => importFile(directory, file, builder) ?? []);
  return builder.rows === 0
    ? err({ code: 'E_PACK_NO_INPUT', detail: `no advisory in ${directory}` })
    : ok(files);
};
