// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TreeFile } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, FileFollower, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { withExecutable } from '../with-executable.ts';
import { binariesCapabilities } from './capabilities.ts';
import type { Product } from './product.ts';
import { PRODUCTS } from './products.ts';

/** A window of the file at a time, so that a large executable is never held as one text. */
const WINDOW_BYTES = 1024 * 1024;
/** No version string with its surroundings is longer than this, so none is cut in two. */
const OVERLAP_BYTES = 1024;

const CANDIDATES = new Map<string, readonly Product[]>();
const MAX_CANDIDATES = 10_000;
/** All names at once: nearly every file of an image is none of them. */
const ANY_PRODUCT = new RegExp(PRODUCTS.map(({ files }) => files.source).join('|'));

/** Products that a file of this name may be. Most names of an image come again and again. */
const candidatesFor = (name: string): readonly Product[] => {
  const known = CANDIDATES.get(name);
  if (known !== undefined) return known;
  const found = ANY_PRODUCT.test(name) ? PRODUCTS.filter((product) => product.files.test(name)) : [];
  if (CANDIDATES.size < MAX_CANDIDATES) CANDIDATES.set(name, found);
  return found;
};

const fits = (product: Product, name: string, version: string): boolean => {
  if (product.fitsName !== true) return true;
  const stated = /\d+\.\d+(?:\.\d+)?/.exec(name)?.[0];
  return stated === undefined || version === stated || version.startsWith(`${stated}.`);
};

interface Classified {
  readonly product: Product;
  readonly version: string;
}

/** Looks for a product in a file that is pushed in pieces. Patterns are tried in the order of the table, over all of the file. */
class Classifier {
  readonly #name: string;
  readonly #rules: readonly { readonly product: Product; readonly pattern: RegExp }[];
  #best: (Classified & { readonly rank: number }) | undefined;
  #carried = '';

  constructor(name: string) {
    this.#name = name;
    this.#rules = candidatesFor(name).flatMap((product) =>
      product.patterns.map((pattern) => ({ product, pattern })),
    );
  }

  get best(): Classified | undefined {
    return this.#best;
  }

  /** Whether no later piece can give a better answer. */
  get isSure(): boolean {
    return this.#best?.rank === 0;
  }

  push(piece: Buffer): void {
    if (this.isSure) return;
    const text = this.#carried + piece.toString('latin1');
    for (const [rank, { product, pattern }] of this.#rules.entries()) {
      if (this.#best !== undefined && this.#best.rank <= rank) break;
      const version = pattern.exec(text)?.[1];
      if (version !== undefined && fits(product, this.#name, version))
        this.#best = { rank, product, version };
    }
    this.#carried = text.slice(-OVERLAP_BYTES);
  }
}

/** The first product one of whose patterns is in the file. */
export const classify = (
  file: Pick<TreeFile, 'sizeBytes' | 'readAt'>,
  name: string,
): Classified | undefined => {
  const classifier = new Classifier(name);
  for (let at = 0; at < file.sizeBytes && !classifier.isSure; at += WINDOW_BYTES)
    classifier.push(file.readAt(at, WINDOW_BYTES));
  return classifier.best;
};

const toPackages = (found: Classified | undefined, location: string): readonly FoundPackage[] => {
  if (found === undefined) return [];
  const { name, cpe } = found.product;
  return foundPackages([{ type: 'generic', name, version: found.version, location }]).map((one) =>
    cpe === undefined
      ? one
      : { ...one, cpe: `cpe:2.3:a:${cpe}:${found.version.replace(/[+]/g, '\\+')}:*:*:*:*:*:*:*` },
  );
};

const inspect = (file: WalkedFile, context: CatalogContext): readonly FoundPackage[] =>
  withExecutable(context, file.path, (executable) => toPackages(classify(executable, file.name), file.path));

const follow = (file: WalkedFile): FileFollower => {
  const classifier = new Classifier(file.name);
  return {
    push: (piece) => classifier.push(piece),
    end: () => toPackages(classifier.best, file.path),
  };
};

/** Programs that were copied in without a package manager. What a distribution package owns is marked as its own later. */
export const binariesCataloger: Cataloger = {
  id: 'binaries',
  types: ['generic'],
  capabilities: binariesCapabilities,
  wants: (file) => candidatesFor(file.name).length > 0,
  follow,
  inspect,
};
