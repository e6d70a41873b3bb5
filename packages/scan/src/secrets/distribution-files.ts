// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { type FileTree, joinPath } from '../tree/file-tree.ts';

const DPKG_INFO = '/var/lib/dpkg/info';
const DPKG_STATUS_FOLDER = '/var/lib/dpkg/status.d';
const APK_DATABASES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'] as const;
const MAX_LIST_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 2_000_000;
const DPKG_LINE = /^([0-9a-f]{32}) {2}(\S.{0,4095})$/;

interface Recorded {
  readonly owner: string;
  readonly algorithm: 'md5' | 'sha1';
  /** Hexadecimal. */
  readonly digest: string;
}

/**
 * The checksums that dpkg and apk keep of the files they brought. Read at the first question only. rpm keeps its own in
 * its database, which is not read here: files of rpm distributions are judged as if nobody owned them.
 */
export class DistributionFiles {
  readonly #tree: FileTree;
  #recorded: Map<string, Recorded> | undefined;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** The package that owns a path, when the file is still what the package brought; undefined otherwise. */
  unchangedOf(path: string, content: () => Uint8Array | undefined): string | undefined {
    this.#recorded ??= this.#read();
    // usr-merge: the lists still name files by the path before it.
    const known =
      this.#recorded.get(path) ?? this.#recorded.get(path.replace(/^\/usr(?=\/(?:bin|sbin|lib\w*)\/)/, ''));
    const bytes = known === undefined ? undefined : content();
    if (known === undefined || bytes === undefined) return undefined;
    return createHash(known.algorithm).update(bytes).digest('hex') === known.digest ? known.owner : undefined;
  }

  #read(): Map<string, Recorded> {
    const recorded = new Map<string, Recorded>();
    for (const folder of [DPKG_INFO, DPKG_STATUS_FOLDER]) {
      const listed = this.#tree.list(folder);
      for (const { name } of listed.ok ? listed.value : []) {
        if (!name.endsWith('.md5sums') || recorded.size > MAX_FILES) continue;
        const owner = name.slice(0, -'.md5sums'.length).split(':')[0] ?? '';
        readMd5Sums(this.#text(joinPath(folder, name)), owner, recorded);
      }
    }
    for (const path of APK_DATABASES) readApk(this.#text(path), recorded);
    return recorded;
  }

  #text(path: string): string {
    const read = this.#tree.read(path, { maxBytes: MAX_LIST_BYTES });
    return read.ok ? read.value.toString('latin1') : '';
  }
}

/** `md5sums`: 32 hexadecimal digits, two spaces, the path without its first slash (deb(5)). */
const readMd5Sums = (text: string, owner: string, recorded: Map<string, Recorded>): void => {
  for (const line of text.split('\n')) {
    const [, digest, path] = DPKG_LINE.exec(line) ?? [];
    if (digest !== undefined && path !== undefined)
      recorded.set(`/${path}`, { owner, algorithm: 'md5', digest });
  }
};

/** apk's database: P: package, F: folder, R: file, Z: `Q1` and SHA-1 in base64 (apk-v2 format). */
const readApk = (text: string, recorded: Map<string, Recorded>): void => {
  let owner = '';
  let folder = '';
  let file = '';
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('P:')) owner = value;
    else if (line.startsWith('F:')) folder = value;
    else if (line.startsWith('R:')) file = value;
    else if (line.startsWith('Z:Q1') && recorded.size <= MAX_FILES) {
      const digest = Buffer.from(value.slice(2), 'base64').toString('hex');
      recorded.set(folder === '' ? `/${file}` : `/${folder}/${file}`, { owner, algorithm: 'sha1', digest });
    }
  }
};
