// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { fieldOf, listOf, textAt } from './answers.ts';

interface Images {
  readonly controllerImage: string;
  readonly agentImage: string;
  readonly controllerDigest?: string;
  readonly agentDigest?: string;
}

/** The references of the images: those of a folder that `npm run images` made, or those in a registry. */
export function chosenImages(
  from: { readonly images?: string; readonly registry?: string },
  version: string,
): Result<Images, Failure<'E_CLUSTER_IMAGES'>> {
  if (from.registry !== undefined) {
    const registry = from.registry.replace(/\/+$/, '');
    return ok({
      controllerImage: `${registry}/bartizan-controller:${version}`,
      agentImage: `${registry}/bartizan-agent:${version}`,
    });
  }
  const path = join(from.images ?? '', 'images.json');
  try {
    const listed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const of = (part: string): unknown =>
      listOf(fieldOf(listed, 'images')).find((one) => textAt(one, 'part') === part);
    const [controller, agent] = [of('controller'), of('agent')];
    return textAt(controller, 'reference') !== '' && textAt(agent, 'reference') !== ''
      ? ok({
          controllerImage: textAt(controller, 'reference'),
          agentImage: textAt(agent, 'reference'),
          controllerDigest: textAt(controller, 'digest'),
          agentDigest: textAt(agent, 'digest'),
        })
      : err(failure('E_CLUSTER_IMAGES', `${path} does not name both images`));
  } catch (cause) {
    return err(failure('E_CLUSTER_IMAGES', `${path} cannot be read: npm run images makes it`, cause));
  }
}
