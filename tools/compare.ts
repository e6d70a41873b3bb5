// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Difference } from '@bartizan/testkit/peers';
import { compareImages } from './compare/images.ts';
import { compareManifests } from './compare/manifests.ts';
import {
  type Comparison,
  type Measurement,
  manifestReportOf,
  reportOf,
  secretReportOf,
} from './compare/report.ts';
import { compareSecrets } from './compare/secrets.ts';
import { buildRunTree } from './run-tree/build.ts';

/**
 * `npm run compare [-- --peers syft,osv-scalibr,trivy] [--rounds N] [--only images|secrets|manifests]`: builds the pinned
 * scanners of others once a machine (minutes each), runs them in turn with ours on the yardstick image, gitleaks on
 * texts of it, and kube-score on published manifests, and writes what came out, dated, to docs/results. No part of `npm test`.
 */
const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: 'syft,osv-scalibr,trivy' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'images,secrets,manifests' },
  },
});

const machine = (): string =>
  `${cpus().length} x ${cpus()[0]?.model.trim() ?? process.arch}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`;

const differences = JSON.parse(
  readFileSync(join(root, 'tests/conformance/catalog/differences.json'), 'utf8'),
) as readonly Difference[];
const measured = (): Measurement => ({
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  commit: execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
  loadAverage: loadavg()[0] ?? 0,
});

const keep = (name: string, comparison: Measurement, text: string): void => {
  const results = join(root, 'docs/results');
  mkdirSync(results, { recursive: true });
  const path = join(results, `${comparison.date}-${name}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(comparison, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, text);
  process.stdout.write(text);
};

const folder = mkdtempSync(join(tmpdir(), 'bartizan-compare-'));
try {
  const rounds = Number(values.rounds);
  const asked = values.only.split(',');
  if (asked.includes('manifests')) {
    const shared = resolve(process.env['BARTIZAN_SHARED'] ?? join(root, '..', 'shared'));
    const compared = compareManifests({ checkout: root, shared, folder, rounds });
    const comparison = { ...measured(), ...compared };
    keep('manifests', comparison, manifestReportOf(comparison));
  }
  const isTreeAsked = asked.includes('images') || asked.includes('secrets');
  const tree = isTreeAsked ? buildRunTree({ checkout: root, out: join(folder, 'tree') }) : undefined;
  const setting = { program: join(tree?.folder ?? '', 'apps/cli/src/main.js'), folder, rounds };
  if (asked.includes('images')) {
    const compared = await compareImages({ ...setting, peers: values.peers.split(','), differences });
    const comparison: Comparison = { ...measured(), ...compared };
    keep('images', comparison, reportOf(comparison));
  }
  if (asked.includes('secrets')) {
    const comparison = { ...measured(), ...(await compareSecrets(setting)) };
    keep('secrets', comparison, secretReportOf(comparison));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
