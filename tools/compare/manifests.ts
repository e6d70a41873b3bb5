// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toYaml } from '@bartizan/scan/yaml-writer';
import { goCommand, IMAGE_CACHE } from '@bartizan/testkit/images';
import { isDecodable, publishedWorkloads, writeRuleCopies } from '@bartizan/testkit/manifests';
import { MANIFEST_PEER } from '@bartizan/testkit/peers';
import { type Cost, type Measured, measure } from './measure.ts';

const RULES = 300;

/** One program that judges the same manifests. */
export interface ManifestResult {
  readonly name: string;
  readonly version: string;
  readonly rounds: readonly Cost[];
  /** Results in its SARIF report. */
  readonly results: number;
  /** Rules or checks that had a result. */
  readonly kinds: number;
}

/** Ours and theirs on the same manifests. */
export interface ManifestComparison {
  readonly objects: number;
  readonly bytes: number;
  readonly rules: number;
  readonly results: readonly ManifestResult[];
}

interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly measured: Measured;
  readonly output: string;
  readonly rounds: Cost[];
}

/** Our own run, as a user starts it: by the launcher of the checkout, what that does before it included. */
const ours = (checkout: string, folder: string, file: string): Contestant => {
  const output = join(folder, 'manifests-ours.sarif');
  const judge = 'exec "$0" policy apply "$1" --policies "$2" --pss restricted --output sarif > "$3"';
  return {
    name: 'bartizan',
    version: 'this commit',
    measured: {
      program: 'sh',
      arguments: ['-c', judge, join(checkout, 'bartizan'), file, join(folder, 'rules'), output],
      environment: { BARTIZAN_DEPENDENCIES: 'as-is' },
    },
    output,
    rounds: [],
  };
};

/** Its own checks as they are by default; it ends with 1 when one of them fails. */
const kubeScore = (folder: string, file: string): Contestant => {
  const output = join(folder, 'manifests-kube-score.sarif');
  return {
    name: MANIFEST_PEER.name,
    version: MANIFEST_PEER.version,
    measured: {
      program: 'sh',
      arguments: [
        '-c',
        'exec "$0" score --output-format sarif "$1" > "$2"',
        goCommand(MANIFEST_PEER.command, IMAGE_CACHE),
        file,
        output,
      ],
      fineCodes: [1],
    },
    output,
    rounds: [],
  };
};

/** Judges the same workloads with both, in turn, after a first run of each that is not counted. */
export const compareManifests = (setting: {
  readonly checkout: string;
  readonly shared: string;
  readonly folder: string;
  readonly rounds: number;
}): ManifestComparison => {
  const { checkout, shared, folder } = setting;
  const workloads = publishedWorkloads(shared).filter(isDecodable);
  const file = join(folder, 'workloads.yaml');
  writeFileSync(file, workloads.map((object) => toYaml(object)).join('---\n'));
  const { own, copies } = writeRuleCopies(checkout, join(folder, 'rules'), RULES);
  const contestants = [ours(checkout, folder, file), kubeScore(folder, file)];
  for (const { measured } of contestants) measure(measured, folder);
  for (let round = 1; round <= setting.rounds; round += 1)
    for (const { name, measured, rounds } of contestants) {
      const cost = measure(measured, folder);
      rounds.push(cost);
      const seconds = (cost.userSeconds + cost.systemSeconds).toFixed(2);
      process.stdout.write(`round ${round}: ${name} ${seconds} s CPU, ${Math.round(cost.maxRssMb)} MB\n`);
    }
  const results = contestants.map(({ name, version, rounds, output }): ManifestResult => {
    const { runs } = JSON.parse(readFileSync(output, 'utf8')) as {
      runs: { results: { ruleId: string }[] }[];
    };
    const found = runs.flatMap((one) => one.results);
    const kinds = new Set(found.map(({ ruleId }) => ruleId)).size;
    return { name, version, rounds, results: found.length, kinds };
  });
  return { objects: workloads.length, bytes: statSync(file).size, rules: own + copies, results };
};
