// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What a check, or a part of the unit tests, is made of. */
export interface Keyed {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether a file of the checkout can change its outcome. */
  readonly reads: (path: string) => boolean;
}

const FOLDER = 'node_modules/.cache/bartizan-passes';
const RECORDS_MAX = 200;
/** These decide about every check: the tools themselves, and what they are configured with. */
const ALWAYS =
  /^(package(-lock)?\.json|\.npmrc|tsconfig\.base\.json|biome\.json|\.oxlintrc\.json|vitest\.config\.ts|tools\/(test\/|toolchain\.sh).*)$/;

/**
 * Checks and unit tests that passed on exactly these bytes, so that they need not run again. A record is made for a pass only, its name
 * is a hash over the command, the tools and every byte the check can read, and a check whose files changed while it ran
 * leaves none: a failure can never become a pass by it. Only `--fast` and `--check` ask; the whole run runs everything.
 */
export class KeptPasses {
  readonly #root: string;
  readonly #folder: string;

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, FOLDER);
  }

  /** Name of the record of a check on the files as they are now; undefined where git does not tell which they are. */
  keyOf({ name, command, reads }: Keyed): string | undefined {
    const files = this.#files();
    if (files === undefined) return undefined;
    const hash = createHash('sha256');
    const put = (...parts: (string | Buffer)[]): void => {
      for (const part of parts) hash.update(`${part.length} `).update(part);
    };
    put(name, ...command, process.version, process.arch);
    for (const path of files) {
      if (!reads(path) && !ALWAYS.test(path)) continue;
      const full = join(this.#root, path);
      const isLink = lstatSync(full).isSymbolicLink();
      put(path, isLink ? readlinkSync(full) : readFileSync(full));
    }
    return hash.digest('hex');
  }

  /** Whether it passed on these bytes, within the last `maxAgeMs`: what a test sees of the day is not in its key. */
  has(key: string, maxAgeMs = Number.POSITIVE_INFINITY): boolean {
    const record = lstatSync(join(this.#folder, key), { throwIfNoEntry: false });
    return record !== undefined && Date.now() - record.mtimeMs <= maxAgeMs;
  }

  /** Keeps a pass. The oldest records go. */
  keep(key: string): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, key), `${new Date().toISOString()}\n`);
    const names = readdirSync(this.#folder);
    const byAge = names.map((name) => ({ name, ms: lstatSync(join(this.#folder, name)).mtimeMs }));
    byAge.sort((a, b) => b.ms - a.ms);
    for (const { name } of byAge.slice(RECORDS_MAX)) rmSync(join(this.#folder, name), { force: true });
  }

  /** Every tracked or new, not ignored file that is there. */
  #files(): string[] | undefined {
    let output: Buffer;
    try {
      output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
        cwd: this.#root,
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch {
      return undefined;
    }
    const paths = [...new Set(output.toString().split('\0'))].filter((path) => path !== '').sort();
    return paths.filter(
      (path) => lstatSync(join(this.#root, path), { throwIfNoEntry: false })?.isDirectory() === false,
    );
  }
}
