// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ImageChoice, ImageSource } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { Attempt } from './attempt.ts';
import type { ScanFlags } from './scan-flags.ts';
import { scanImageOf } from './scan-target.ts';

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
