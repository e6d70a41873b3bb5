// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { makeFolder } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';

/** Folders beside or in the checkout that may hold advisories, in this order. */
const PLACES = ['../shared/advisories', '../advisories', 'advisories'] as const;
/** The sample we carry, which shows how matching works and cannot judge a machine. */
const SAMPLE = 'content/advisories';
const FILES_MAX = 256;

/** Where advisories come from when nobody said: the first place that has any, the sample last. */
export const findAdvisories = (checkout: string): string | undefined =>
  [...PLACES, SAMPLE]
    .map((place) => join(checkout, place))
    .find((path) => existsSync(path) && filesOf(path).length > 0);

/** What `up` knows of where advisories come from. */
interface AdvisoryWish {
  readonly checkout: string;
  readonly asked: string | undefined;
  /** The copy that the record names; `uninstall` removes it and keeps the record. */
  readonly before: string | undefined;
}

/**
 * The advisories of an instance: those asked for, else those of before, else what lies beside the checkout. Nothing is
 * looked for where a pack was kept with the data: what lies beside the checkout may be older than what was imported.
 */
export async function chooseAdvisories(
  paths: InstancePaths,
  { checkout, asked, before }: AdvisoryWish,
): Promise<Result<string | undefined, Failure<'E_PACK_MISSING'>>> {
  if (asked === undefined && before !== undefined && existsSync(before)) return ok(before);
  const hasPack = existsSync(join(paths.controller, 'advisories/advisories.pack'));
  const source = asked ?? (hasPack ? undefined : findAdvisories(checkout));
  return source === undefined ? ok(undefined) : placeAdvisories(paths, source);
}

/** The files of a pack folder, or the one file. */
function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jsonl(\.gz)?|json|pack)$/.test(entry.name))
    .map((entry) => join(path, entry.name))
    .sort()
    .slice(0, FILES_MAX);
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${basename(file)}\0`);
    for await (const part of createReadStream(file)) {
      const bytes: Buffer = part;
      hash.update(bytes);
    }
  }
  return hash.digest('hex').slice(0, 20);
}

/**
 * Copies advisories to where the controller's user can read them (a home folder usually is not) and nobody but root
 * can change them. Returns the copy's path; the same advisories are copied once.
 */
export async function placeAdvisories(
  paths: InstancePaths,
  source: string,
): Promise<Result<string, Failure<'E_PACK_MISSING'>>> {
  if (!existsSync(source)) return err(failure('E_PACK_MISSING', source));
  const files = filesOf(source);
  if (files.length === 0) return err(failure('E_PACK_MISSING', source));
  const parent = join(paths.state, 'advisories');
  const folder = join(parent, await digestOf(files));
  if (!existsSync(folder)) {
    makeFolder(parent);
    const making = `${folder}.${process.pid}.new`;
    makeFolder(making);
    for (const file of files) {
      copyFileSync(file, join(making, basename(file)));
      chmodSync(join(making, basename(file)), 0o644);
    }
    renameSync(making, folder);
    for (const name of readdirSync(parent))
      if (name !== basename(folder)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return ok(statSync(source).isFile() ? join(folder, basename(source)) : folder);
}
