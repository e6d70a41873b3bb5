// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { GAPS } from '../catalogers/problem-words.ts';
import type { RecordedFiles } from '../distribution/recorded-files.ts';
import type { LayerConsumer, LayerPass } from '../image/layer-consumer.ts';
import { pairKeys } from './key-pairs.ts';
import { type FileMatches, type LayerSecretNotes, readNotes, SecretPass } from './layer-pass.ts';
import type { SecretRuleSet } from './rule-set.ts';
import type { SecretMatch, SuppressedSecret } from './secret-match.ts';
import type { SecretScanner } from './secret-scanner.ts';
import type { TextSecrets } from './text-secrets.ts';
import { byUrgency, type SecretReport } from './tree-secrets.ts';

const MAX_MATCHES = 20_000;
const MAX_SUPPRESSED = 1_000;
/** Changes when the notes have another form, or the engine finds other things with the same rules. */
const FORM = 'secrets-2';

/** What a search of layers needs. */
export interface LayerSecretsOptions {
  readonly scanner: SecretScanner;
  readonly set: SecretRuleSet;
  /** Key of the fingerprints: notes made with another key are not used. */
  readonly hashKey: Uint8Array;
}

/** What is known once all layers are merged. */
export interface MergedImage {
  /** Which layer a path of the merged image comes from; undefined = not there. */
  readonly layerOf: (path: string) => string | undefined;
  /** What packages of any layer brought: such a file, unchanged, holds no secret of a user. */
  readonly recorded: RecordedFiles;
  /** How long reading the image took, for everything that looked. */
  readonly elapsedMs: number;
}

/** The version of a set of rules: another one finds other things. */
const versionOf = (set: SecretRuleSet): string =>
  createHash('sha256')
    .update(JSON.stringify(set.rules.map(({ rule }) => rule)))
    .digest('hex');

/**
 * Secrets of all layers of an image: whatever a layer holds is in the image, also when a later layer deletes or replaces
 * it. Kept of a layer are its matches without any value: preview and keyed hash.
 */
export class LayerSecrets implements LayerConsumer {
  readonly key: string;
  readonly #options: LayerSecretsOptions;
  readonly #layers = new Map<string, LayerSecretNotes>();

  constructor(options: LayerSecretsOptions) {
    this.#options = options;
    const keyId = createHash('sha256').update('fingerprint key\n').update(options.hashKey).digest('hex');
    this.key = [FORM, versionOf(options.set), keyId].join(' ');
  }

  begin(layer: string): LayerPass {
    return new SecretPass(this.#options.scanner, layer);
  }

  take(layer: string, notes: unknown): boolean {
    const read = readNotes(notes, { layer, set: this.#options.set });
    if (read === undefined) return false;
    this.#layers.set(layer, read);
    return true;
  }

  /** Everything found, once the layers are merged. `more`: what was found elsewhere, in the configuration. */
  finish(image: MergedImage, more: TextSecrets = { matches: [], cut: [] }): SecretReport {
    const matches: SecretMatch[] = [...more.matches];
    const suppressed: SuppressedSecret[] = [];
    const incomplete = more.cut.map((path): ScanProblem => scanProblem('scan.limit', path, GAPS.moreMatches));
    let suppressedCount = 0;
    for (const layer of this.#layers.values()) {
      suppressed.push(...layer.suppressed);
      suppressedCount += layer.suppressedCount;
      incomplete.push(...layer.problems);
      for (const file of layer.files) {
        const owner = unchangedOwner(file, image.recorded);
        if (owner === undefined) matches.push(...file.matches.map((match) => placed(match, image)));
        else {
          suppressedCount += file.matches.length;
          suppressed.push(...file.matches.map((match) => leftOut(match, owner)));
        }
      }
    }
    if (matches.length > MAX_MATCHES) incomplete.push(scanProblem('scan.limit', '/', GAPS.moreMatches));
    const certificates = new Map([...this.#layers.values()].flatMap((layer) => layer.certificates));
    return {
      matches: pairKeys(matches.slice(0, MAX_MATCHES), certificates).sort(byUrgency),
      suppressed: suppressed.slice(0, MAX_SUPPRESSED),
      suppressedCount,
      incomplete,
      stats: this.#stats(image.elapsedMs),
    };
  }

  #stats(elapsedMs: number): SecretReport['stats'] {
    const layers = [...this.#layers.values()];
    const sum = (pick: (layer: LayerSecretNotes) => number): number =>
      layers.reduce((total, layer) => total + pick(layer), 0);
    return {
      files: sum(({ fileCount }) => fileCount),
      bytes: sum(({ bytes }) => bytes),
      skipped: sum(({ skipped }) => skipped),
      elapsedMs,
    };
  }
}

/** The package that brought a file as it is. */
const unchangedOwner = ({ path, sums }: FileMatches, recorded: RecordedFiles): string | undefined =>
  recorded.ownerOfUnchanged(path, (algorithm) => sums[algorithm]);

const leftOut = (match: SecretMatch, owner: string): SuppressedSecret => ({
  rule: match.rule.id,
  path: match.path,
  line: match.line,
  reason: `the file is as ${owner} of the distribution brings it`,
});

const placed = (match: SecretMatch, { layerOf }: MergedImage): SecretMatch => {
  if (layerOf(match.path) === match.layer) return match;
  const detail = {
    en: 'a later layer deletes or replaces the file, but this layer still holds it',
    ja: '後のレイヤーで削除または置き換えられたが、このレイヤーには残っている',
  };
  return { ...match, kind: 'deleted-file', reasons: [...match.reasons, { step: 'state', detail }] };
};
