// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileSink, LayerConsumer, LayerNotes, LayerPass, PassingFile } from '../image/layer-consumer.ts';
import { asList, asObject } from '../json/fields.ts';
import { COPYRIGHT_FILE, copyrightLicences, MAX_COPYRIGHT_BYTES } from './copyright-file.ts';

const MAX_FILES = 50_000;

class LicencePass implements LayerPass {
  readonly #files: Record<string, readonly string[]> = {};
  #count = 0;
  #isComplete = true;

  open({ path, sizeBytes }: PassingFile): FileSink | undefined {
    if (!COPYRIGHT_FILE.test(path)) return undefined;
    if (sizeBytes > MAX_COPYRIGHT_BYTES || this.#count >= MAX_FILES) {
      this.#isComplete = false;
      return undefined;
    }
    this.#count += 1;
    const pieces: Buffer[] = [];
    return (piece) => {
      if (piece !== undefined) pieces.push(Buffer.from(piece));
      else {
        const licences = copyrightLicences(Buffer.concat(pieces).toString('utf8'));
        if (licences.length > 0) this.#files[path] = licences;
      }
    };
  }

  finish(): LayerNotes {
    return { notes: { files: this.#files }, isComplete: this.#isComplete };
  }
}

/** The copyright files of Debian packages as layers go by: the files are large, what they say is short. */
export class LayerLicences implements LayerConsumer {
  readonly key = 'licences-1';
  readonly #layers = new Map<string, Readonly<Record<string, unknown>>>();

  begin(): LayerPass {
    return new LicencePass();
  }

  take(layer: string, notes: unknown): boolean {
    const files = asObject(asObject(notes)?.['files']);
    if (files === undefined) return false;
    this.#layers.set(layer, files);
    return true;
  }

  /** What the copyright file at a path says, as the given layer has it. */
  find(path: string, layer: string): string[] {
    return asList(this.#layers.get(layer)?.[path]).filter((item) => typeof item === 'string');
  }
}
