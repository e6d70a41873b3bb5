// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createRequire } from 'node:module';
import type { IAsyncProperty, IProperty, IRawProperty, Parameters } from 'fast-check';

/**
 * fast-check with a tenth of the runs of each property: stands for it in `--fast` only, where a property is a first look.
 * The whole run has every run.
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

// biome-ignore lint/style/noDefaultExport: it stands for a package that tests import by its default
export default { ...real, assert };
