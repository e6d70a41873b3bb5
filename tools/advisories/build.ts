// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPack, readSigningKey, signPack } from '@bartizan/scan';

/**
 * Builds an advisory pack from a folder of advisory files (JSON lines, OSV archives, distribution feeds):
 *
 *   node tools/advisories/build.ts --from DIR --out FILE [--note TEXT] [--may-shrink] [--key FILE]
 *
 * With a key (made by `bartizan db key`) the pack is signed. Prints one line for each file, then what the pack holds.
 * Exit code 1 when nothing was built.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    out: { type: 'string' },
    note: { type: 'string' },
    'may-shrink': { type: 'boolean', default: false },
    key: { type: 'string' },
  },
});
if (values.from === undefined || values.out === undefined) {
  process.stderr.write('usage: build.ts --from DIR --out FILE [--note TEXT] [--may-shrink] [--key FILE]\n');
  process.exit(2);
}
const built = buildPack({
  from: values.from,
  to: values.out,
  nowMs: Date.now(),
  mayShrink: values['may-shrink'],
  ...(values.note === undefined ? {} : { note: values.note }),
});
if (!built.ok) {
  process.stderr.write(`${built.error.code}: ${built.error.detail}\n`);
  process.exit(1);
}
for (const file of built.value.files) {
  const trouble = file.problem === undefined ? '' : `, ${file.problem}`;
  process.stdout.write(
    `${file.file}: ${file.importer}, ${file.rows} rows, ${file.refused} refused${trouble}\n`,
  );
}
if (values.key !== undefined) {
  const key = readSigningKey(readFileSync(values.key, 'utf8'), basename(values.key, extname(values.key)));
  const signed = key.ok ? signPack(readFileSync(values.out), key.value) : key;
  if (!signed.ok) {
    process.stderr.write(`${signed.error.code}: ${signed.error.detail}\n`);
    process.exit(1);
  }
  writeFileSync(values.out, signed.value);
}
const { header, sha256, sizeBytes } = built.value;
process.stdout.write(
  `${values.out}: ${header.kind}, ${header.rows} rows in ${Object.keys(header.ecosystems).length} ecosystems, ${sizeBytes} bytes, SHA-256 ${sha256}\n`,
);
