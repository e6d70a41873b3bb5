// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from 'node:util';
import { buildRunTree } from './run-tree/build.ts';
import { inputsDigest } from './run-tree/digest.ts';

/**
 * Makes the run tree: what `up`, packages and images start. Prints one JSON line.
 *
 *   node tools/run-tree.ts --checkout DIR --out DIR [--console DIR]   builds DIR/<digest> unless it is there
 *   node tools/run-tree.ts --checkout DIR --digest [--console DIR]    prints the digest only
 */
const { values } = parseArgs({
  options: {
    checkout: { type: 'string' },
    out: { type: 'string' },
    console: { type: 'string' },
    digest: { type: 'boolean', default: false },
  },
});
const checkout = values.checkout;
if (checkout === undefined || (values.out === undefined && !values.digest)) {
  process.stderr.write('usage: run-tree.ts --checkout DIR (--out DIR | --digest) [--console DIR]\n');
  process.exit(2);
}
const consoleDir = values.console === undefined ? {} : { consoleDir: values.console };
try {
  const answer =
    values.out === undefined
      ? { digest: inputsDigest(checkout, consoleDir) }
      : buildRunTree({ checkout, out: values.out, ...consoleDir });
  process.stdout.write(`${JSON.stringify(answer)}\n`);
} catch (error) {
  process.stderr.write(`run-tree: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
