// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type HarmReport, type HarmSearchOptions, startHarmSearch } from '../hygiene/harmful-files.ts';
import { type SecretReport, startSecretSearch, type TreeSecretsOptions } from '../secrets/tree-secrets.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { type Turn, Turns } from '../tree/turns.ts';
import { type Walker, type WalkOutcome, type WalkScope, walkTogether } from '../tree/walk.ts';
import { type Catalog, type CatalogOptions, startCatalog } from './catalog-tree.ts';

type Shared = 'tree' | 'now' | keyof WalkScope;

/** What to look for in a tree; what is absent is not looked for. Each part has limits and a time of its own. */
export interface TreeReadingOptions extends Partial<WalkScope> {
  readonly tree: FileTree;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly packages?: Omit<CatalogOptions, Shared>;
  readonly secrets?: Omit<TreeSecretsOptions, Shared>;
  readonly harm?: Omit<HarmSearchOptions, Shared>;
}

/** What one walk found. */
export interface TreeReading {
  /** The packages, and the time that looking for them took. */
  readonly packages?: { readonly catalog: Catalog; readonly elapsedMs: number };
  readonly secrets?: SecretReport;
  readonly harm?: HarmReport;
}

/** One who looks, on his own clock. */
interface Part<T> {
  readonly walker: Walker;
  readonly finish: (outcome: WalkOutcome) => T;
}

const partOf = <T>(turn: Turn, part: Walker & { readonly finish: (outcome: WalkOutcome) => T }): Part<T> => ({
  walker: { ...part, visit: (file) => turn.work(() => part.visit(file)) },
  finish: (outcome) => turn.work(() => part.finish(outcome)),
});

const packagesPart = (
  { tree, packages }: TreeReadingOptions,
  turn: Turn,
): Part<NonNullable<TreeReading['packages']>> | undefined => {
  if (packages === undefined) return undefined;
  const startedAtMs = turn.now();
  const catalog = turn.work(() => startCatalog({ ...packages, tree, now: turn.now }));
  return partOf(turn, {
    ...catalog,
    finish: (outcome) => ({ catalog: catalog.finish(outcome), elapsedMs: turn.now() - startedAtMs }),
  });
};

const secretsPart = ({ tree, secrets }: TreeReadingOptions, turn: Turn): Part<SecretReport> | undefined =>
  secrets === undefined
    ? undefined
    : partOf(
        turn,
        turn.work(() => startSecretSearch({ ...secrets, tree, now: turn.now })),
      );

const harmPart = ({ tree, harm }: TreeReadingOptions, turn: Turn): Part<HarmReport> | undefined =>
  harm === undefined
    ? undefined
    : partOf(
        turn,
        turn.work(() => startHarmSearch({ ...harm, tree, now: turn.now })),
      );

/**
 * Looks for packages, secrets and harmful files in one walk: each directory is listed once, and a file is read for all while the
 * kernel still holds it. What each finds, and where its limits end it, is as if it had walked alone: the clock of
 * each stands still while another works, so that a slow search for secrets costs no package.
 */
export const readTree = (options: TreeReadingOptions): TreeReading => {
  const { tree, exclude = [], isOneFileSystem = false } = options;
  const turns = new Turns(options.now);
  const packages = packagesPart(options, turns.join());
  const secrets = secretsPart(options, turns.join());
  const harm = harmPart(options, turns.join());
  const walkers = [packages, secrets, harm].flatMap((part) => (part === undefined ? [] : [part.walker]));
  const outcomes = [...walkTogether(tree, { exclude, isOneFileSystem }, walkers)];
  const ended = <T>(part: Part<T> | undefined): T | undefined => {
    const outcome = part === undefined ? undefined : outcomes.shift();
    return outcome === undefined ? undefined : part?.finish(outcome);
  };
  const foundPackages = ended(packages);
  const foundSecrets = ended(secrets);
  const foundHarm = ended(harm);
  return {
    ...(foundPackages === undefined ? {} : { packages: foundPackages }),
    ...(foundSecrets === undefined ? {} : { secrets: foundSecrets }),
    ...(foundHarm === undefined ? {} : { harm: foundHarm }),
  };
};
