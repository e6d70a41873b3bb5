// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createRequire } from 'node:module';
import type {
  Arbitrary,
  IAsyncProperty,
  IProperty,
  IRawProperty,
  Parameters,
  StringConstraints,
} from 'fast-check';

/**
 * fast-check with a tenth of the runs of each property: stands for it in `--fast` only, where a property is a first look.
 * The whole run has every run, and every part of fast-check as it is.
 */
const real: typeof import('fast-check') = createRequire(import.meta.url)('fast-check');
const PART = 10;
const LEAST = 20;
const DEFAULT_RUNS = 100;

/** How many of the runs of a property a quick look makes. */
export const fewerRuns = (wanted: number | undefined): number => {
  const runs = wanted ?? DEFAULT_RUNS;
  return Math.min(runs, Math.max(LEAST, Math.ceil(runs / PART)));
};

function assert<Ts>(property: IAsyncProperty<Ts>, parameters?: Parameters<Ts>): Promise<void>;
function assert<Ts>(property: IProperty<Ts>, parameters?: Parameters<Ts>): void;
function assert<Ts>(property: IRawProperty<Ts>, parameters?: Parameters<Ts>): Promise<void> | void;
function assert<Ts>(property: IRawProperty<Ts>, parameters?: Parameters<Ts>): Promise<void> | void {
  return real.assert(property, { ...parameters, numRuns: fewerRuns(parameters?.numRuns) });
}

const SURROGATES_AT = 0xd800;
const SURROGATES = 0x800;
const CODE_POINTS = 0x11_0000 - SURROGATES;

/**
 * Any code point: the same ones for the same seed as those of the unit `binary`, which makes a table of all 1,112,064 of
 * them when a process first asks for it. That takes 20 times as long as the few runs of a quick look.
 */
const codePoint: Arbitrary<string> = real.integer({ min: 0, max: CODE_POINTS - 1 }).map(
  (at) => String.fromCodePoint(at < SURROGATES_AT ? at : at + SURROGATES),
  (text) => {
    const point =
      typeof text === 'string' && text.isWellFormed() && [...text].length === 1
        ? text.codePointAt(0)
        : undefined;
    if (point === undefined) throw new Error('not one code point');
    return point < SURROGATES_AT ? point : point - SURROGATES;
  },
);

const string = (constraints: StringConstraints = {}): Arbitrary<string> =>
  real.string(constraints.unit === 'binary' ? { ...constraints, unit: codePoint } : constraints);

// biome-ignore lint/style/noDefaultExport: it stands for a package that tests import by its default
export default { ...real, assert, string };
