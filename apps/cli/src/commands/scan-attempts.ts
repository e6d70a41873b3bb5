// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type ImageChoice, type ImageSource, openImageSource } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import type { ScanFlags, ScanKind } from './scan-flags.ts';
import { type Scanned, scanImageOf, scanPath } from './scan-target.ts';

/** One target still to be scanned. */
export interface Attempt {
  readonly name: string;
  readonly scan: () => Promise<Result<Scanned, ApiFailure>>;
}

/** The targets of a call. */
export interface Attempts {
  readonly list: readonly Attempt[];
  /** Whether several were asked for. */
  readonly isList: boolean;
  readonly close: () => void;
}

const NOTHING = (): void => undefined;

/** A source with one of its images only. */
const only = (source: ImageSource, choice: ImageChoice): ImageSource => ({
  ...source,
  images: () => Promise.resolve(ok([choice])),
});

const isFor = (choice: ImageChoice, platform: string): boolean =>
  choice.platform === platform || choice.platform.startsWith(`${platform}/`);

/** One attempt for each platform asked for: one that is not there is an attempt that fails. */
export async function imageAttempts(
  source: ImageSource,
  name: string,
  flags: Pick<ScanFlags, 'platform' | 'cache'>,
): Promise<Result<readonly Attempt[], ApiFailure>> {
  const { platform } = flags;
  const isList = platform !== undefined && (platform === 'all' || platform.includes(','));
  if (!isList)
    return ok([
      {
        name,
        scan: () => scanImageOf(source, { name, ...(platform === undefined ? {} : { platform }) }, flags),
      },
    ]);
  const choices = await source.images();
  if (!choices.ok) return err(failure(choices.error.code, choices.error.detail));
  const attempt = (choice: ImageChoice): Attempt => ({
    name: choice.platform === '' ? name : `${name} (${choice.platform})`,
    scan: () => scanImageOf(only(source, choice), { name }, flags),
  });
  if (platform === 'all') return ok(choices.value.map(attempt));
  return ok(
    platform.split(',').map((text): Attempt => {
      const wanted = text.trim();
      const choice = choices.value.find((one) => isFor(one, wanted));
      if (choice !== undefined) return attempt(choice);
      const there = choices.value.map((one) => one.platform).join(', ');
      const missing = failure('E_IMAGE_PLATFORM', `no image for ${wanted}; there are: ${there}`);
      return { name: `${name} (${wanted})`, scan: () => Promise.resolve(err(missing)) };
    }),
  );
}

async function archiveAttempts(path: string, flags: ScanFlags): Promise<Result<Attempts, ApiFailure>> {
  if (!existsSync(path)) return err(failure('E_SCAN_TARGET', path));
  const source = await openImageSource(path);
  if (!source.ok) return err(failure(source.error.code, source.error.detail));
  const list = await imageAttempts(source.value, path, flags);
  if (!list.ok) {
    source.value.close();
    return list;
  }
  return ok({ list: list.value, isList: list.value.length > 1, close: () => source.value.close() });
}

/** What a call asks for, opened but not read. */
export async function attemptsOf(
  _context: CliContext,
  { path, kind }: { readonly path: string; readonly kind: ScanKind },
  flags: ScanFlags,
): Promise<Result<Attempts, ApiFailure>> {
  if (kind === 'host' || kind === 'dir' || kind === 'sbom') {
    const list = [{ name: path, scan: () => Promise.resolve(scanPath(path, kind)) }];
    return ok({ list, isList: false, close: NOTHING });
  }
  return archiveAttempts(path, flags);
}
