// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import { type ImportedFile, importDirectory } from './import/directory.ts';
import { openPackBytes } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import type { PackError } from './pack-error.ts';
import { installPack } from './pack-file.ts';
import type { PackHeader } from './pack-format.ts';

/** What to build a pack from and where to put it. */
export interface BuildOptions {
  /** Folder with advisory files. */
  readonly from: string;
  /** The pack file. */
  readonly to: string;
  readonly nowMs: number;
  readonly kind?: PackHeader['kind'];
  readonly note?: string;
  /** Accept a sudden fall of the row count. */
  readonly mayShrink?: boolean;
}

/** A pack that was put into use. */
export interface BuiltPack {
  readonly header: PackHeader;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What became of each input file. */
  readonly files: readonly ImportedFile[];
}

const install = (
  bytes: Buffer,
  options: Pick<BuildOptions, 'to' | 'mayShrink'>,
  files: readonly ImportedFile[],
): Result<BuiltPack, PackError> => {
  const opened = openPackBytes(bytes);
  if (!opened.ok) return opened;
  const { header, sha256, sizeBytes } = opened.value;
  const installed = installPack(bytes, options.to, { mayShrink: options.mayShrink ?? false, header });
  return installed.ok ? ok({ header, sha256, sizeBytes, files }) : installed;
};

/** Builds a pack from a folder of advisory files and puts it into use in one step. */
export const buildPack = (options: BuildOptions): Result<BuiltPack, PackError> => {
  const builder = new PackBuilder();
  const files = importDirectory(options.from, builder);
  if (!files.ok) return files;
  const bytes = builder.finish({
    builtAtMs: options.nowMs,
    kind: options.kind ?? builder.statedKind ?? 'full',
    ...(options.note === undefined ? {} : { note: options.note }),
  });
  return bytes.ok ? install(bytes.value, options, files.value) : bytes;
};

/** Puts a pack that was built elsewhere into use. */
export const importPackFile = (
  from: string,
  options: Pick<BuildOptions, 'to' | 'mayShrink'>,
): Result<BuiltPack, PackError> => {
  try {
    return install(readFileSync(from), options, []);
  } catch (cause) {
    return err({ code: 'E_PACK_MISSING', detail: `cannot read ${from}`, cause });
  }
};
