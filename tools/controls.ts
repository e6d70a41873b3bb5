// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CONTROL_IDS, type ComplianceControl } from '@bartizan/contracts';

/** Writes content/frameworks/owasp-kubernetes.json from controls/<id>/control.ts; `--check` fails when it differs. */
const root = resolve(import.meta.dirname, '..');

/** Controls in the order of the list; a folder that is none of it is a mistake. */
export async function collectControls(folder: string): Promise<ComplianceControl[]> {
  const strangers = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) =>
      entry.isDirectory() && entry.name !== 'node_modules' && !CONTROL_IDS.some((id) => id === entry.name),
  );
  if (strangers.length > 0)
    throw new Error(`not a control: ${strangers.map((entry) => entry.name).join(', ')}`);
  const controls: ComplianceControl[] = [];
  for (const id of CONTROL_IDS) {
    const module: { control: ComplianceControl } = await import(
      pathToFileURL(join(folder, id, 'control.ts')).href
    );
    controls.push(module.control);
  }
  return controls;
}

if (import.meta.main) {
  const path = join(root, 'content/frameworks/owasp-kubernetes.json');
  const text = `${JSON.stringify(await collectControls(join(root, 'controls')), undefined, 2)}\n`;
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    if (process.argv.includes('--check')) {
      process.stderr.write(
        'content/frameworks/owasp-kubernetes.json is not up to date; run: npm run generate\n',
      );
      process.exitCode = 1;
    } else writeFileSync(path, text);
  }
}
