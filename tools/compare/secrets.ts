// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, goCommand, IMAGE_CACHE, YARDSTICK } from '@bartizan/testkit/images';
import { SECRET_PEER } from '@bartizan/testkit/peers';
import { writeTextCorpus } from '@bartizan/testkit/secrets';
import { type Cost, launchedIn, type Measured, measure, SCAN_FLAGS } from './measure.ts';

/** Layers of the yardstick image that hold texts: Python packages, and the distribution. */
const TEXT_LAYERS = [2, 0];
const TEXT_BYTES = 112e6;
const OF_EACH_KIND = 10;

/** One search for secrets in the same files. */
export interface SecretResult {
  readonly name: string;
  readonly version: string;
  readonly rounds: readonly Cost[];
  /** Planted secrets in whose file something was found. */
  readonly planted: number;
  /** Places found in other files: texts of packages that everybody may download. */
  readonly others: number;
}

/** Ours and theirs on the same files. */
export interface SecretComparison {
  readonly files: number;
  readonly bytes: number;
  readonly planted: number;
  readonly results: readonly SecretResult[];
}

interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly measured: Measured;
  /** Paths below the folder, one a finding. */
  paths(): readonly string[];
  readonly rounds: Cost[];
}

const ours = (program: string, folder: string, work: string): Contestant => {
  const output = join(work, 'secrets-ours.json');
  const scan = `exec "$0" ${SCAN_FLAGS.join(' ')} "$1" scan dir "$2" --scanners secret --output json > "$3"`;
  return {
    name: 'bartizan',
    version: 'this commit',
    measured: {
      program: 'sh',
      arguments: ['-c', scan, process.execPath, program, folder, output],
      environment: launchedIn(work),
    },
    paths: () => {
      const { secrets } = JSON.parse(readFileSync(output, 'utf8')) as {
        secrets: { findings: { location?: { path: string } }[] };
      };
      return secrets.findings.map(({ location }) => (location?.path ?? '').replace(/^\//, ''));
    },
    rounds: [],
  };
};

/** Decoding is off, which ours does not do either; nothing else of its defaults is changed. */
const gitleaks = (folder: string, output: string): Contestant => ({
  name: SECRET_PEER.name,
  version: SECRET_PEER.version,
  measured: {
    program: goCommand(SECRET_PEER.command, IMAGE_CACHE),
    arguments: [
      ...['dir', folder, '--no-banner', '--log-level', 'error', '--max-decode-depth', '0'],
      ...['--redact=100', '--exit-code', '0', '--report-format', 'json', '--report-path', output],
    ],
  },
  paths: () =>
    (JSON.parse(readFileSync(output, 'utf8')) as { File: string }[]).map(({ File }) =>
      File.slice(folder.length + 1),
    ),
  rounds: [],
});

/** Searches the same files with both, in turn. */
export const compareSecrets = async (setting: {
  readonly program: string;
  readonly folder: string;
  readonly rounds: number;
}): Promise<SecretComparison> => {
  const image = await buildImage(YARDSTICK);
  const folder = join(setting.folder, 'texts');
  mkdirSync(folder);
  const corpus = writeTextCorpus(image.path, {
    ...{ folder, layers: TEXT_LAYERS, maxBytes: TEXT_BYTES, ofEach: OF_EACH_KIND },
  });
  const contestants = [
    ours(setting.program, folder, setting.folder),
    gitleaks(folder, join(setting.folder, 'secrets-gitleaks.json')),
  ];
  for (let round = 1; round <= setting.rounds; round += 1)
    for (const contestant of contestants) {
      const cost = measure(contestant.measured, setting.folder);
      contestant.rounds.push(cost);
      process.stdout.write(
        `round ${round}: ${contestant.name} ${cost.userSeconds.toFixed(2)} s user, ${Math.round(cost.maxRssMb)} MB\n`,
      );
    }
  const results = contestants.map((contestant): SecretResult => {
    const found = contestant.paths();
    const paths = new Set(found);
    const planted = new Set(corpus.planted);
    return {
      ...{ name: contestant.name, version: contestant.version, rounds: contestant.rounds },
      planted: corpus.planted.filter((path) => paths.has(path)).length,
      others: found.filter((path) => !planted.has(path)).length,
    };
  });
  return { files: corpus.files, bytes: corpus.bytes, planted: corpus.planted.length, results };
};
