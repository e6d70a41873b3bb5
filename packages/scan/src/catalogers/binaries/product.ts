// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How the version of one product is read from its executable. */
export interface Product {
  /** Name of the package that is reported. */
  readonly name: string;
  /** `vendor:product` of its CPE; absent where NVD has none. */
  readonly cpe?: string;
  /** File names that may be this product. */
  readonly files: RegExp;
  /** Strings the product has around its version; group 1 is the version. The first that matches anywhere counts. */
  readonly patterns: readonly RegExp[];
  /** Whether digits in the file name must begin the version (python3.11, ghc-9.6). */
  readonly fitsName?: boolean;
}

/** Three numbers between zero bytes: enough only where the file name is the product's own. */
export const ALONE = /\0v?(\d{1,3}\.\d{1,3}\.\d{1,3}(?:-(?:alpha|beta|rc|snapshot)\.?\d{0,3})?)\0/;
const NODE_LIKE = /(\d{1,3}\.\d{1,3}\.\d{1,3})/.source;
/** As Go lays out its constants: no zero byte in front, one behind. */
export const GO_ALONE =
  /(?:[^\w.]|v|release-)(\d{1,2}\.\d{1,2}\.\d{1,2}(?:[-+](?:alpha|beta|rc|security|preview|test)?[-.]?\d{0,12})?)\0/;
/** A version of three numbers between two pieces of a regular expression. */
export const n = (before: string, after = ''): RegExp => new RegExp(`${before}${NODE_LIKE}${after}`);
