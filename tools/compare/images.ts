// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, goCommand, IMAGE_CACHE, YARDSTICK } from '@bartizan/testkit/images';
import {
  type Agreement,
  agreementOf,
  type Difference,
  IMAGE_PEERS,
  type ImagePeer,
  packageSet,
} from '@bartizan/testkit/peers';
import { type Cost, launchedIn, type Measured, measure, SCAN_FLAGS } from './measure.ts';

/** One scanner on the yardstick image. */
export interface ImageResult {
  readonly name: string;
  readonly version: string;
  readonly rounds: readonly Cost[];
  readonly packages: number;
  /** Against ours; absent in our own row. */
  readonly agreement?: Agreement;
}

/** A scanner that was not run, and why: nothing is claimed against it. */
export interface NotRun {
  readonly name: string;
  readonly version: string;
  readonly why: string;
}

/** What the comparison needs beside the peers. */
export interface Setting {
  /** Our command line, as it is installed. */
  readonly program: string;
  readonly folder: string;
  readonly rounds: number;
  readonly peers: readonly string[];
  readonly differences: readonly Difference[];
}

interface Contestant {
  readonly peer: { readonly name: string; readonly version: string };
  readonly measured: Measured;
  readonly output: string;
  readonly rounds: Cost[];
}

/** Our own run: the scan and the bill of materials it writes, started as the launcher starts it. */
const ours = (setting: Setting, layout: string): Contestant => {
  const output = join(setting.folder, 'bartizan.json');
  const scan = `exec "$0" ${SCAN_FLAGS.join(' ')} "$1" scan image "$2" --output cyclonedx > "$3"`;
  return {
    peer: { name: 'bartizan', version: 'this commit' },
    measured: {
      program: 'sh',
      arguments: ['-c', scan, process.execPath, setting.program, layout, output],
      environment: launchedIn(setting.folder),
    },
    output,
    rounds: [],
  };
};

/** Builds a peer; a word why not when that fails. */
const built = (peer: ImagePeer): { readonly program: string } | NotRun => {
  try {
    const { experiments } = peer;
    return {
      program: goCommand(peer.command, IMAGE_CACHE, experiments === undefined ? {} : { experiments }),
    };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it could not be built';
    return { name: peer.name, version: peer.version, why: why.slice(0, 300) };
  }
};

/** Runs all scanners in turn, and compares what they found. */
export const compareImages = async (
  setting: Setting,
): Promise<{ image: { packedMb: number; plainMb: number }; results: ImageResult[]; notRun: NotRun[] }> => {
  const image = await buildImage(YARDSTICK);
  const archive = join(setting.folder, 'image.tar');
  const parts = ['manifest.json', 'oci-layout', 'index.json', 'blobs'];
  execFileSync('tar', ['-cf', archive, '-C', image.path, ...parts]);
  const contestants: Contestant[] = [ours(setting, image.path)];
  const notRun: NotRun[] = [];
  for (const peer of IMAGE_PEERS) {
    const { name, version } = peer;
    const ready = setting.peers.includes(name) ? built(peer) : { name, version, why: 'not asked for' };
    if (!('program' in ready)) {
      notRun.push(ready);
      continue;
    }
    const output = join(setting.folder, `${name}.json`);
    const args = peer.arguments({ layout: image.path, archive }, output);
    contestants.push({ peer, measured: { program: ready.program, arguments: args }, output, rounds: [] });
  }
  for (let round = 1; round <= setting.rounds; round += 1)
    for (const contestant of contestants) {
      const cost = measure(contestant.measured, setting.folder);
      contestant.rounds.push(cost);
      process.stdout.write(
        `round ${round}: ${contestant.peer.name} ${cost.userSeconds.toFixed(2)} s user, ${Math.round(cost.maxRssMb)} MB\n`,
      );
    }
  const mine = packageSet(readFileSync(join(setting.folder, 'bartizan.json'), 'utf8'));
  const results = contestants.map(({ peer: { name, version }, output, rounds }): ImageResult => {
    const packages = packageSet(readFileSync(output, 'utf8'));
    const agreement =
      name === 'bartizan' ? {} : { agreement: agreementOf(mine, { name, packages }, setting.differences) };
    return { name, version, rounds, packages: packages.length, ...agreement };
  });
  const { packedBytes, plainBytes } = image;
  return {
    image: { packedMb: Math.round(packedBytes / 1e6), plainMb: Math.round(plainBytes / 1e6) },
    results,
    notRun,
  };
};
