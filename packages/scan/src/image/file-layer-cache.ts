// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LayerCache } from './layer-cache.ts';

const NAME = /^[0-9a-f]{64}\.layer$/;
const KEY = /^[0-9a-f]{64}$/;
/** Once full, it is emptied to this share, so that not every write has to tidy up. */
const KEPT_SHARE = 0.9;

interface Kept {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** A layer cache in a folder that only its owner may write, at most `maxBytes` large: the longest unused goes first. */
export class FileLayerCache implements LayerCache {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  get(key: string): Buffer | undefined {
    if (!KEY.test(key)) return undefined;
    const path = this.#pathOf(key);
    try {
      const bytes = readFileSync(path);
      const now = new Date();
      utimesSync(path, now, now);
      return bytes;
    } catch {
      return undefined;
    }
  }

  /** Keeps bytes under a key. A full disk or a folder that cannot be written costs the cache, never the scan. */
  put(key: string, bytes: Buffer): void {
    if (!KEY.test(key) || bytes.length > this.#maxBytes) return;
    const draft = join(this.#folder, `.${randomBytes(8).toString('hex')}`);
    try {
      this.#makeRoom(bytes.length);
      writeFileSync(draft, bytes, { mode: 0o600, flag: 'wx' });
      renameSync(draft, this.#pathOf(key));
    } catch {
      rmSync(draft, { force: true });
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${key}.layer`);
  }

  #list(): Kept[] {
    return readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .flatMap((name): Kept[] => {
        const path = join(this.#folder, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        return stat === undefined ? [] : [{ path, sizeBytes: stat.size, usedAtMs: stat.mtimeMs }];
      });
  }

  #makeRoom(neededBytes: number): void {
    const kept = this.#list();
    let total = kept.reduce((sum, one) => sum + one.sizeBytes, neededBytes);
    if (total <= this.#maxBytes) return;
    for (const one of kept.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (total <= this.#maxBytes * KEPT_SHARE) return;
      rmSync(one.path, { force: true });
      total -= one.sizeBytes;
    }
  }
}
