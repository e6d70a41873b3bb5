// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { numberParser } from '@stricli/core';
import { FORMATS, type Format } from '../output/render.ts';
import type { Translate } from '../text/catalogue.ts';

/** A flag that takes any text. */
export const textFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, optional: true }) as const;
/** A flag that takes any text and may be repeated. */
export const manyFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, variadic: true, default: [] }) as const;
/** The same, where nothing stands for none. */
export const anyFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, variadic: true, optional: true }) as const;
/** A flag that takes a number. */
export const numberFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: numberParser, brief, placeholder, optional: true }) as const;
/** The same, where it may be repeated; nothing stands for none. */
export const numbersFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: numberParser, brief, placeholder, variadic: true, optional: true }) as const;
/** A switch. */
export const switchFlag = (brief: string) =>
  ({ kind: 'boolean', brief, default: false, withNegated: false }) as const;

/** The form of output. */
export const outputFlag = (t: Translate) =>
  ({ kind: 'enum', values: FORMATS, default: 'table', brief: t('flag.output') }) as const;

/** Flags of every list. */
export const listFlags = (t: Translate) =>
  ({
    output: outputFlag(t),
    filter: textFlag(t('flag.filter'), 'FILTER'),
    sort: textFlag(t('flag.sort'), 'FIELD'),
    limit: numberFlag(t('flag.limit'), 'N'),
  }) as const;

/** Values of `listFlags`. */
export interface ListFlags {
  readonly output: Format;
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: number;
}
/** Flags of a list of which one can be written as manifests. */
export const manifestListFlags = (t: Translate, brief: string) =>
  ({
    ...listFlags(t),
    output: { kind: 'enum', values: [...FORMATS, 'manifests'] as const, default: 'table', brief },
  }) as const;

/** Values of `manifestListFlags`. */
export interface ManifestListFlags extends Omit<ListFlags, 'output'> {
  readonly output: Format | 'manifests';
}
/** One positional argument. */
export const one = (brief: string, placeholder: string) =>
  ({ kind: 'tuple', parameters: [{ brief, parse: String, placeholder }] }) as const;
/** One positional argument that may be left out. */
export const maybeOne = (brief: string, placeholder: string) =>
  ({ kind: 'tuple', parameters: [{ brief, parse: String, placeholder, optional: true }] }) as const;
