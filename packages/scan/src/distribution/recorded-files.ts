// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { rpmHeaders } from '../catalogers/rpm/rpm.ts';
import { type FileTree, joinPath } from '../tree/file-tree.ts';
import { UNKNOWN_DISTRIBUTION } from './os-release.ts';

/** Checksums that package managers keep. */
export const SUM_ALGORITHMS = ['md5', 'sha1', 'sha256'] as const;
export type SumAlgorithm = (typeof SUM_ALGORITHMS)[number];
/** Hexadecimal checksums of one content. */
export type FileSums = Readonly<Record<SumAlgorithm, string>>;

/** What a package manager says of a file it brought. */
export interface RecordedSum {
  readonly owner: string;
  readonly algorithm: SumAlgorithm;
  /** Hexadecimal, lower case. */
  readonly digest: string;
}

const DPKG_FOLDERS = ['/var/lib/dpkg/info', '/var/lib/dpkg/status.d'] as const;
const DPKG_FILE = /^\/var\/lib\/dpkg\/(?:info|status\.d)\/([^/]+)\.md5sums$/;
const APK_DATABASES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'] as const;
const MAX_LIST_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 2_000_000;
const MAX_OF_ONE_PATH = 16;
const DPKG_LINE = /^([0-9a-f]{32}) {2}(\S.{0,4095})$/;
const SYSTEM = /^\/(?:bin|sbin|lib\w*)\//;

/** Whether a path is a list of checksums of dpkg; `reads` of the catalogers keep those of apk and rpm. */
export const isMd5Sums = (path: string): boolean => DPKG_FILE.test(path);

/** All three checksums of a content. */
export const sumsOf = (content: Uint8Array): FileSums => {
  const [md5 = '', sha1 = '', sha256 = ''] = SUM_ALGORITHMS.map((algorithm) =>
    createHash(algorithm).update(content).digest('hex'),
  );
  return { md5, sha1, sha256 };
};

/** The checksums that dpkg, apk and rpm keep of the files they brought, by path. */
export class RecordedFiles {
  /** More than one where packages say different things of a path: one may have taken it over from another. */
  readonly #recorded = new Map<string, RecordedSum | RecordedSum[]>();

  /** Files there is a checksum of. */
  get size(): number {
    return this.#recorded.size;
  }

  /** What is recorded of a path. usr-merge: the lists may name files by the path before it, or after it. */
  find(path: string): readonly RecordedSum[] {
    const other = path.startsWith('/usr/') ? path.slice(4) : `/usr${path}`;
    const isMerged = SYSTEM.test(path.startsWith('/usr/') ? other : path);
    const found = this.#recorded.get(path) ?? (isMerged ? this.#recorded.get(other) : undefined);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** The package that brought a file as it is; undefined when nobody did, or when it changed. */
  ownerOfUnchanged(path: string, sumOf: (algorithm: SumAlgorithm) => string | undefined): string | undefined {
    return this.find(path).find(({ algorithm, digest }) => sumOf(algorithm) === digest)?.owner;
  }

  add(path: string, recorded: RecordedSum): void {
    const known = this.#recorded.get(path);
    if (Array.isArray(known)) {
      if (known.length < MAX_OF_ONE_PATH) known.push(recorded);
    } else if (known !== undefined) this.#recorded.set(path, [known, recorded]);
    else if (this.#recorded.size <= MAX_FILES) this.#recorded.set(path, recorded);
  }

  /** `md5sums`: 32 hexadecimal digits, two spaces, the path without its first slash (deb(5)). */
  addMd5Sums(listPath: string, text: string): void {
    const owner = (DPKG_FILE.exec(listPath)?.[1] ?? '').split(':')[0] ?? '';
    for (const line of text.split('\n')) {
      const [, digest, path] = DPKG_LINE.exec(line) ?? [];
      if (digest !== undefined && path !== undefined)
        this.add(`/${path.replace(/^\.?\/+/, '')}`, { owner, algorithm: 'md5', digest });
    }
  }

  /** apk's database: P: package, F: folder, R: file, Z: `Q1` and SHA-1, or `Q2` and SHA-256, in base64 (apk-v2 format). */
  addApk(text: string): void {
    let owner = '';
    let folder = '';
    let file = '';
    for (const line of text.split('\n')) {
      const value = line.slice(2);
      if (line.startsWith('P:')) owner = value;
      else if (line.startsWith('F:')) folder = value;
      else if (line.startsWith('R:')) file = value;
      else if (line.startsWith('Z:Q')) {
        const algorithm = value.startsWith('Q2') ? 'sha256' : 'sha1';
        const digest = Buffer.from(value.slice(2), 'base64').toString('hex');
        this.add(folder === '' ? `/${file}` : `/${folder}/${file}`, { owner, algorithm, digest });
      }
    }
  }

  /** What the databases of apk and rpm in a tree say; those of dpkg too, where the tree kept them. */
  addTree(tree: FileTree): void {
    const text = (path: string): string => {
      const read = tree.read(path, { maxBytes: MAX_LIST_BYTES });
      return read.ok ? read.value.toString('latin1') : '';
    };
    for (const folder of DPKG_FOLDERS) {
      const listed = tree.list(folder);
      for (const { name } of listed.ok ? listed.value : []) {
        const path = joinPath(folder, name);
        if (isMd5Sums(path)) this.addMd5Sums(path, text(path));
      }
    }
    for (const path of APK_DATABASES) this.addApk(text(path));
    this.#addRpm(tree);
  }

  #addRpm(tree: FileTree): void {
    const context = {
      tree,
      distribution: UNKNOWN_DISTRIBUTION,
      limits: DEFAULT_LIMITS,
      now: () => 0,
      deadlineMs: Number.MAX_SAFE_INTEGER,
      // The catalogue reads the same database and says what is wrong with it.
      problem: () => undefined,
    };
    for (const header of rpmHeaders(context))
      for (const { path, algorithm, digest } of header.sums())
        this.add(path, { owner: header.name, algorithm, digest });
  }
}
