// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionException, Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { type Item, imageOf } from '../pod/evaluation.ts';
import type { AdmissionRequest } from '../request.ts';
import { nameTest } from './match.ts';

/** An exception that can be asked. */
export interface CompiledException {
  readonly exception: AdmissionException;
  readonly coversRule: (rule: string) => boolean;
  readonly coversRequest: (request: AdmissionRequest) => boolean;
  /** Whether it covers what was found at this place. */
  readonly coversItem: (item: Item) => boolean;
}

const imageAround = (item: Item): string | undefined => {
  for (let at: Item | undefined = item; at !== undefined; at = at.parent)
    if (at.subject === 'container') return imageOf(at)?.normalised;
  return undefined;
};

/** Compiles an exception. E_ADMISSION_RULE when a glob is none, or when it names no rule or no namespace. */
export function compileException(exception: AdmissionException): Result<CompiledException, Failure> {
  const bad = (why: string): Result<never, Failure> =>
    err(failure('E_ADMISSION_RULE', `exception ${exception.id}: ${why}`));
  if (exception.rules.length === 0) return bad('it names no rule');
  if (exception.namespaces.length === 0) return bad('it names no namespace');
  const rules = nameTest(exception.rules);
  const namespaces = nameTest(exception.namespaces);
  const names = nameTest(exception.names);
  const images = nameTest(exception.images);
  if (!rules || !namespaces || !names || !images) return bad('a pattern is no glob');
  const namesImages = (exception.images ?? []).length > 0;
  return ok({
    exception,
    coversRule: rules,
    coversRequest: ({ namespace, name, owner }) =>
      namespaces(namespace) && (names(name) || (owner !== undefined && names(owner))),
    coversItem: (item) => {
      if (!namesImages) return true;
      const image = imageAround(item);
      return image !== undefined && images(image);
    },
  });
}
