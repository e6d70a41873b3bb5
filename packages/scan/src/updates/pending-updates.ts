// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import type { ScanProblem } from '../catalogers/cataloger.ts';
import { readStanzas } from '../catalogers/dpkg/stanzas.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { compareDpkg } from '../versions/dpkg.ts';
import { type AptRelease, findAptLists, readAptList } from './apt-lists.ts';

/** An installed package for which apt's own lists hold something newer. */
export interface PendingUpdate {
  readonly name: string;
  readonly architecture: string;
  readonly installed: string;
  readonly candidate: string;
  /** A security archive holds a version above the installed one. */
  readonly isSecurity: boolean;
  readonly origin: string;
  /** Publication of the list, milliseconds since the Unix epoch; 0 when it does not say. */
  readonly listsAsOfMs: number;
}

/** What apt's lists say. `isKnown` false: there are no lists, so nothing can be said, which is not "up to date". */
export interface PendingUpdates {
  readonly isKnown: boolean;
  readonly updates: readonly PendingUpdate[];
  readonly problems: readonly ScanProblem[];
  /** The oldest list from a security archive, milliseconds since the Unix epoch; undefined when there is none. */
  readonly securityListsAsOfMs?: number;
}

interface Candidate {
  version: string;
  release: AptRelease;
  securityVersion: string | undefined;
  securityRelease: AptRelease | undefined;
}

const FIELDS = new Set(['package', 'version', 'architecture']);

const keyOf = (name: string, architecture: string): string => `${name}\t${architecture}`;

const offer = (
  candidates: Map<string, Candidate>,
  key: string,
  offered: { version: string; release: AptRelease },
): void => {
  const { version, release } = offered;
  const known = candidates.get(key);
  const next = known ?? { version, release, securityVersion: undefined, securityRelease: undefined };
  if (compareDpkg(version, next.version) > 0) {
    next.version = version;
    next.release = release;
  }
  if (
    release.isSecurity &&
    (next.securityVersion === undefined || compareDpkg(version, next.securityVersion) > 0)
  ) {
    next.securityVersion = version;
    next.securityRelease = release;
  }
  candidates.set(key, next);
};

const toUpdate = (installed: Package, candidate: Candidate): PendingUpdate | undefined => {
  if (compareDpkg(candidate.version, installed.version) <= 0) return undefined;
  const isSecurity =
    candidate.securityVersion !== undefined && compareDpkg(candidate.securityVersion, installed.version) > 0;
  const release = isSecurity ? (candidate.securityRelease ?? candidate.release) : candidate.release;
  return {
    name: installed.name,
    architecture: installed.architecture ?? '',
    installed: installed.version,
    candidate: isSecurity ? (candidate.securityVersion ?? candidate.version) : candidate.version,
    isSecurity,
    origin: release.origin,
    listsAsOfMs: release.asOfMs,
  };
};

/**
 * Compares installed Debian packages with apt's own lists, by reading files only: no program of the tree is run, no
 * list is fetched. What is newer in the lists than the lists themselves know is not seen, hence the date.
 */
export const findPendingUpdates = (tree: FileTree, packages: readonly Package[]): PendingUpdates => {
  const problems: ScanProblem[] = [];
  const note = (problem: ScanProblem): void => {
    if (problems.length < 50) problems.push(problem);
  };
  const installed = packages.filter((found) => found.cataloger === 'dpkg');
  const lists = findAptLists(tree, note);
  if (lists === undefined || installed.length === 0) return { isKnown: false, updates: [], problems };
  const wanted = new Set(installed.map((found) => keyOf(found.name, found.architecture ?? '')));
  const candidates = new Map<string, Candidate>();
  let readLists = 0;
  for (const list of lists) {
    const content = readAptList(tree, list, note);
    if (content === undefined) continue;
    readLists += 1;
    for (const stanza of readStanzas(content, FIELDS)) {
      const key = keyOf(stanza.get('package') ?? '', stanza.get('architecture') ?? '');
      const version = stanza.get('version');
      if (version !== undefined && wanted.has(key))
        offer(candidates, key, { version, release: list.release });
    }
  }
  const updates = installed.flatMap((found) => {
    const candidate = candidates.get(keyOf(found.name, found.architecture ?? ''));
    return candidate === undefined ? [] : (toUpdate(found, candidate) ?? []);
  });
  const securityDates = lists.filter((list) => list.release.isSecurity).map((list) => list.release.asOfMs);
  return {
    isKnown: readLists > 0,
    updates,
    problems,
    ...(securityDates.length === 0 ? {} : { securityListsAsOfMs: Math.min(...securityDates) }),
  };
};
