// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { admissionPage } from './reference/admission.ts';
import { admissionRulesPage } from './reference/admission-rules.ts';
import { apiPage } from './reference/api.ts';
import { clusterRightsPage } from './reference/cluster.ts';
import {
  checksPage,
  controlsPage,
  detectionsPage,
  secretsPage,
  signaturesPage,
} from './reference/content.ts';
import { errorsPage } from './reference/errors.ts';
import { LANGUAGES } from './reference/language.ts';
import { matchingPage } from './reference/matching.ts';
import { permissionsPage } from './reference/permissions.ts';

/**
 * Writes docs/reference/<language>/*.md from contracts and content; `--check` fails when a page is not what it would be.
 */
const root = resolve(import.meta.dirname, '..');
const PAGES = {
  errors: errorsPage,
  permissions: permissionsPage,
  api: apiPage,
  detections: detectionsPage,
  'posture-checks': checksPage,
  'admission-rules': admissionRulesPage,
  'secret-rules': secretsPage,
  'file-signatures': signaturesPage,
  'admission-fields': admissionPage,
  controls: controlsPage,
  'matching-rules': matchingPage,
  'cluster-rights': clusterRightsPage,
};

const check = process.argv.includes('--check');
let stale = 0;
for (const language of LANGUAGES) {
  for (const [name, page] of Object.entries(PAGES)) {
    const path = join(root, 'docs/reference', language, `${name}.md`);
    const text = page(language, root);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    stale += 1;
    if (check) {
      process.stderr.write(`${path} is not up to date; run: npm run generate\n`);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
if (check && stale > 0) process.exitCode = 1;
