// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionCondition, type AdmissionOperation, err, ok, type Result } from '@bartizan/contracts';
import { type Json, textsOf } from '../../foreign-json.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';

/** What a constraint of a template means here. */
export interface TemplateMeaning {
  /** What violates it. `never`: with these parameters it asks for nothing. */
  readonly condition: AdmissionCondition | 'never';
  /** With placeholders; the message of a constraint goes before it. */
  readonly message: string;
  /** Operations it is asked about, when not both creation and change. */
  readonly operations?: readonly AdmissionOperation[];
}
/** Translates the parameters of one template; the error says what of it has no equal. */
export type TemplateReader = (parameters: Json) => Result<TemplateMeaning, string>;

/** Containers that a template looks at. */
export type Containers = 'all' | 'regular-and-init';

const NO_PATTERN = /[?[\]{}\\]/;

/** Text patterns with a star at the end, as globs of ours. */
export function imagePatterns(images: readonly string[]): Result<readonly string[], string> {
  const bad = images.find((image) => NO_PATTERN.test(image) || image.slice(0, -1).includes('*'));
  return bad === undefined ? ok(images) : err(`the pattern ${bad} has no equal`);
}

/** A violation of each container for which something holds, but for those with exempt images. */
export function ofContainers(
  where: AdmissionCondition,
  parameters: Json,
  which: Containers = 'all',
): Result<AdmissionCondition, string> {
  const exempt = imagePatterns(textsOf(parameters['exemptImages']));
  if (!exempt.ok) return exempt;
  const asked =
    exempt.value.length === 0
      ? where
      : allOf([not(compare('container.image.raw', 'any-glob', [...exempt.value])), where]);
  if (which === 'all') return ok({ some: 'containers', where: asked });
  return ok(
    anyOf([
      { some: 'regular-containers', where: asked },
      { some: 'init-containers', where: asked },
    ]),
  );
}

/** A text as CEL writes it. */
export const quoted = (text: string): string => JSON.stringify(text);
/** A list of texts as CEL writes it. */
export const listed = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`;
