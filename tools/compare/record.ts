// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildImage, EXAM_IMAGES, goCommand, IMAGE_CACHE } from '@bartizan/testkit/images';
import { IMAGE_PEERS, packageSet } from '@bartizan/testkit/peers';

/**
 * node tools/compare/record.ts: asks syft and osv-scalibr what is in the images of `npm run exam:catalog`, and keeps
 * their answers as lists of `type/name version` beside the exam.
 */
const RECORDED = ['syft', 'osv-scalibr'];
const target = resolve(import.meta.dirname, '../../tests/conformance/catalog/recorded.json');

const folder = mkdtempSync(join(tmpdir(), 'bartizan-record-'));
try {
  const recorded: Record<string, Record<string, readonly string[]>> = {};
  for (const recipe of EXAM_IMAGES) {
    const image = await buildImage(recipe);
    const archive = join(folder, 'image.tar');
    const parts = ['manifest.json', 'oci-layout', 'index.json', 'blobs'];
    execFileSync('tar', ['-cf', archive, '-C', image.path, ...parts]);
    const answers: Record<string, readonly string[]> = {};
    for (const peer of IMAGE_PEERS.filter(({ name }) => RECORDED.includes(name))) {
      const output = join(folder, 'answer.json');
      const program = goCommand(peer.command, IMAGE_CACHE);
      execFileSync(program, [...peer.arguments({ layout: image.path, archive }, output)], {
        stdio: 'ignore',
      });
      answers[`${peer.name} ${peer.version}`] = packageSet(readFileSync(output, 'utf8'));
    }
    recorded[recipe.name] = answers;
    process.stdout.write(
      `${recipe.name}: ${Object.entries(answers)
        .map(([name, list]) => `${name} ${list.length}`)
        .join(', ')}\n`,
    );
  }
  writeFileSync(target, `${JSON.stringify(recorded, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
