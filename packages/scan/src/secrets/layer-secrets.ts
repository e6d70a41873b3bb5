// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretMatch, SecretScan, SuppressedSecret } from './secret-match.ts';
import type { SecretScanner, SecretStream } from './secret-scanner.ts';

/** What the layers of an image hold together. */
export interface LayerSecretReport {
  readonly matches: readonly SecretMatch[];
  readonly suppressed: readonly SuppressedSecret[];
  readonly suppressedCount: number;
  readonly isCut: boolean;
}

const MAX_MATCHES = 20_000;
const MAX_SUPPRESSED = 1_000;

/**
 * Secrets of layers, as a layer pass meets their files: whatever a layer holds is in the image, also when a later layer
 * deletes or replaces it. Call `open` for each file of each layer, and `finish` once the layers are merged.
 */
export class LayerSecrets {
  readonly #scanner: SecretScanner;
  readonly #matches: SecretMatch[] = [];
  readonly #suppressed: SuppressedSecret[] = [];
  #suppressedCount = 0;
  #isCut = false;

  constructor(scanner: SecretScanner) {
    this.#scanner = scanner;
  }

  /** A file of a layer; give it its bytes in order, then `undefined`. */
  open(layer: string, path: string): (bytes: Uint8Array | undefined) => void {
    const stream: SecretStream = this.#scanner.open({ kind: 'file', path, layer });
    return (bytes) => {
      if (bytes === undefined) this.#take(stream.end());
      else stream.push(bytes);
    };
  }

  #take(scan: SecretScan): void {
    const room = MAX_MATCHES - this.#matches.length;
    this.#matches.push(...scan.matches.slice(0, room));
    this.#suppressed.push(...scan.suppressed.slice(0, MAX_SUPPRESSED - this.#suppressed.length));
    this.#suppressedCount += scan.suppressedCount;
    if (scan.isCut || scan.matches.length > room) this.#isCut = true;
  }

  /** Everything found. `layerOf` tells which layer a path of the merged image comes from; undefined = not there. */
  finish(layerOf: (path: string) => string | undefined): LayerSecretReport {
    const matches = this.#matches.map((match): SecretMatch => {
      if (layerOf(match.path) === match.layer) return match;
      const detail = {
        en: 'a later layer deletes or replaces the file, but this layer still holds it',
        ja: '後のレイヤーで削除または置き換えられたが、このレイヤーには残っている',
      };
      return { ...match, kind: 'deleted-file', reasons: [...match.reasons, { step: 'state', detail }] };
    });
    return {
      matches,
      suppressed: this.#suppressed,
      suppressedCount: this.#suppressedCount,
      isCut: this.#isCut,
    };
  }
}
