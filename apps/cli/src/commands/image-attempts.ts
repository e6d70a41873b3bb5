// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, InvariantError, ok, type Result } from '@bartizan/contracts';
import type { ImageChoice, ImageSource } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { Attempt } from './attempt.ts';
import { type ImageCall, scanImageOf } from './scan-image.ts';

/** A source with one of its images only. */
const only = (source: ImageSource, choice: ImageChoice): ImageSource => ({
  ...source,
  images: () => Promise.resolve(ok([choice])),
});

const isFor = (choice: ImageChoice, platform: string): boolean =>
  choice.platform === platform || choice.platform.startsWith(`${platform}/`);

/** Runs a step that reads an image; whatever its store throws at it is an image that cannot be read. */
async function reading<T>(
  name: string,
  step: () => Promise<Result<T, ApiFailure>>,
): Promise<Result<T, ApiFailure>> {
  try {
    return await step();
  } catch (error) {
    const { RegistryFault } = await import('@bartizan/adapters/registry');
    // Those of a registry carry their own code, and bugs are no images.
    if (error instanceof RegistryFault || error instanceof InvariantError) throw error;
    const detail = error instanceof Error ? error.message : 'cannot be read';
    return err(failure('E_SCAN_TARGET', `${name}: ${detail}`));
  }
}

/** One attempt for each platform asked for: one that is not there is an attempt that fails. */
export async function imageAttempts(
  source: ImageSource,
  name: string,
  call: ImageCall,
): Promise<Result<readonly Attempt[], ApiFailure>> {
  const { platform } = call.flags;
  const isList = platform !== undefined && (platform === 'all' || platform.includes(','));
  if (!isList)
    return ok([
      {
        name,
        scan: () =>
          reading(name, () =>
            scanImageOf(call, source, { name, ...(platform === undefined ? {} : { platform }) }),
          ),
      },
    ]);
  const choices = await reading(name, () => source.images());
  if (!choices.ok) return choices;
  const attempt = (choice: ImageChoice): Attempt => ({
    name: choice.platform === '' ? name : `${name} (${choice.platform})`,
    scan: () => reading(name, () => scanImageOf(call, only(source, choice), { name })),
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
