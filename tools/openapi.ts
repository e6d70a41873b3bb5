// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openApiDocument } from '@bartizan/controller';

/** Writes docs/reference/openapi.json, the document every controller serves; `--check` fails when it differs. */
const path = resolve(import.meta.dirname, '../docs/reference/openapi.json');
const text = `${JSON.stringify(openApiDocument(), undefined, 1)}\n`;
if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  if (process.argv.includes('--check')) {
    process.stderr.write('docs/reference/openapi.json is not up to date; run: npm run generate\n');
    process.exitCode = 1;
  } else writeFileSync(path, text);
}
