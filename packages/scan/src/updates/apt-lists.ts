// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { inflateLz4 } from '../archive/lz4.ts';
import type { ScanProblem } from '../catalogers/cataloger.ts';
import { readStanzas } from '../catalogers/dpkg/stanzas.ts';
import { scanProblem } from '../catalogers/problem.ts';
import { treeProblem } from '../catalogers/problem-words.ts';
import { type FileTree, joinPath } from '../tree/file-tree.ts';

/** A repository as its InRelease file describes it. */
export interface AptRelease {
  /** `Origin/Suite` for people, for instance `Debian/bookworm-security`. */
  readonly origin: string;
  readonly isSecurity: boolean;
  /** When the repository was published, milliseconds since the Unix epoch; 0 when it does not say. */
  readonly asOfMs: number;
}

/** One package list with the release it belongs to. */
export interface AptList {
  readonly path: string;
  readonly release: AptRelease;
}

const FOLDER = '/var/lib/apt/lists';
const MAX_RELEASE_BYTES = 4 * 1024 * 1024;
const MAX_LIST_BYTES = 384 * 1024 * 1024;
const RELEASE_FIELDS = new Set(['origin', 'label', 'suite', 'codename', 'date']);
const LIST = /_Packages(?:\.(?:lz4|gz|zst))?$/;
const UNREADABLE_LIST = /_Packages\.(?:xz|bz2|lzma)$/;

/** Reads the head of an InRelease or Release file. The signature is apt's business: it was checked when it was fetched. */
export const parseRelease = (content: Buffer): AptRelease => {
  const fields = new Map<string, string>();
  for (const stanza of readStanzas(content, RELEASE_FIELDS))
    for (const [name, value] of stanza) if (!fields.has(name)) fields.set(name, value);
  const suite = fields.get('suite') ?? fields.get('codename') ?? '';
  const label = fields.get('label') ?? '';
  const isSecurity =
    [suite, fields.get('codename') ?? ''].some((text) => text.endsWith('-security')) ||
    /security/i.test(label);
  const date = Date.parse(fields.get('date') ?? '');
  return {
    origin: `${fields.get('origin') ?? 'unknown'}/${suite}`.slice(0, 256),
    isSecurity,
    asOfMs: Number.isNaN(date) ? 0 : date,
  };
};

/** Finds the package lists of apt and what they belong to. Undefined when the tree has none at all. */
export const findAptLists = (
  tree: FileTree,
  problem: (problem: ScanProblem) => void,
): readonly AptList[] | undefined => {
  const listed = tree.list(FOLDER);
  if (!listed.ok) return undefined;
  const names = listed.value
    .filter((entry) => entry.kind === 'file')
    .map((entry) => entry.name)
    .sort();
  const releases = new Map<string, AptRelease>();
  for (const name of names) {
    const prefix = /^(.*_)(?:InRelease|Release)$/.exec(name)?.[1];
    const content =
      prefix === undefined ? undefined : tree.read(joinPath(FOLDER, name), { maxBytes: MAX_RELEASE_BYTES });
    if (prefix !== undefined && content?.ok === true) releases.set(prefix, parseRelease(content.value));
  }
  const lists: AptList[] = [];
  for (const name of names) {
    const path = joinPath(FOLDER, name);
    if (UNREADABLE_LIST.test(name))
      problem(
        scanProblem('scan.unsupported', path, {
          en: 'compressed in a way that is not read here',
          ja: 'この圧縮形式には対応していません',
        }),
      );
    if (!LIST.test(name)) continue;
    const release = [...releases].find(([prefix]) => name.startsWith(prefix))?.[1];
    if (release === undefined)
      problem(
        scanProblem('scan.malformed', path, {
          en: 'a package list without its release file',
          ja: 'パッケージ一覧に対応する Release ファイルがありません',
        }),
      );
    else lists.push({ path, release });
  }
  return lists.length === 0 ? undefined : lists;
};

/** The inflated text of a list; undefined, and a problem, when it cannot be read. */
export const readAptList = (
  tree: FileTree,
  list: AptList,
  problem: (problem: ScanProblem) => void,
): Buffer | undefined => {
  const packed = tree.read(list.path, { maxBytes: MAX_LIST_BYTES });
  if (!packed.ok) {
    problem(treeProblem(packed.error, list.path));
    return undefined;
  }
  try {
    if (list.path.endsWith('.gz')) return gunzipSync(packed.value, { maxOutputLength: MAX_LIST_BYTES });
    if (list.path.endsWith('.zst'))
      return zstdDecompressSync(packed.value, { maxOutputLength: MAX_LIST_BYTES });
  } catch (cause) {
    problem(
      scanProblem('scan.malformed', list.path, {
        en: cause instanceof Error ? cause.message : 'cannot be inflated',
        ja: '展開できません',
      }),
    );
    return undefined;
  }
  if (!list.path.endsWith('.lz4')) return packed.value;
  const inflated = inflateLz4(packed.value, MAX_LIST_BYTES);
  if (inflated.ok) return inflated.value;
  problem(scanProblem('scan.malformed', list.path, { en: inflated.error.detail, ja: '展開できません' }));
  return undefined;
};
