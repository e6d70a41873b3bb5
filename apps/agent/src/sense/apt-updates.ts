// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { PackageReport } from '@bartizan/contracts';
import { readBounded, readNames, readText } from '@bartizan/host';
import { compareVersions, type ScanPackage } from '@bartizan/scan';
import { decompressLz4 } from './lz4.ts';

type PendingUpdate = PackageReport['pendingUpdates'][number];

/** What apt's own lists say of the installed packages. */
export interface AptUpdates {
  /** Undefined where there are no lists: then nothing is known, which is not "nothing is pending". */
  readonly updates: readonly PendingUpdate[] | undefined;
  readonly problems: readonly string[];
}

const LISTS_MAX = 64;
const LIST_BYTES_MAX = 128 * 1024 * 1024;
const LIST_INFLATED_BYTES_MAX = 512 * 1024 * 1024;

const inflate = (name: string, bytes: Buffer): Buffer | undefined => {
  if (name.endsWith('.lz4')) return decompressLz4(bytes, LIST_INFLATED_BYTES_MAX);
  if (!name.endsWith('.gz')) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LIST_INFLATED_BYTES_MAX });
  } catch {
    return undefined;
  }
};

const fieldIn = (stanza: string, name: string): string => {
  const start = stanza.startsWith(`${name}: `) ? 0 : stanza.indexOf(`\n${name}: `) + 1;
  if (start === 0 && !stanza.startsWith(`${name}: `)) return '';
  const end = stanza.indexOf('\n', start);
  return stanza.slice(start + name.length + 2, end < 0 ? undefined : end).trim();
};

/** The archive of a list: from the Release file that came with it. */
const originOf = (folder: string, name: string): { origin: string; security: boolean } => {
  const base = name.split('_dists_');
  const suite = base[1]?.split('_')[0] ?? '';
  for (const release of ['InRelease', 'Release']) {
    const content = readText(`${folder}/${base[0]}_dists_${suite}_${release}`, 1024 * 1024, true);
    if (!content.ok) continue;
    const head = content.value.split('SHA256:', 1)[0] ?? '';
    const label = /^Label: (.{1,120})$/m.exec(head)?.[1] ?? '';
    return {
      origin: `${label} ${suite}`.trim().slice(0, 256),
      security: /security/i.test(`${label} ${suite}`),
    };
  }
  return { origin: suite.slice(0, 256), security: /security/i.test(name) };
};

interface Best {
  readonly version: string;
  readonly origin: string;
  readonly security: boolean;
}

/** Newer versions of wanted packages in one list. */
const readList = (
  content: Buffer,
  installed: ReadonlyMap<string, string>,
  take: (name: string, version: string) => void,
): void => {
  let at = 0;
  while (at < content.length) {
    const end = content.indexOf('\n\n', at);
    const stanza = content.toString('utf8', at, Math.min(end < 0 ? content.length : end, at + 65_536));
    at = end < 0 ? content.length : end + 2;
    const name = fieldIn(stanza, 'Package');
    const own = installed.get(name);
    if (own === undefined) continue;
    const version = fieldIn(stanza, 'Version');
    if (version !== '' && compareVersions('dpkg', version, own) > 0) take(name, version);
  }
};

/** Holds the installed packages of dpkg against the lists apt downloaded last. */
export const aptUpdates = (root: string, packages: readonly ScanPackage[]): AptUpdates => {
  const folder = `${root === '/' ? '' : root}/var/lib/apt/lists`;
  const names = readNames(folder, 10_000);
  const lists = (names.ok ? names.value : [])
    .filter((name) => /_Packages(\.lz4|\.gz)?$/.test(name))
    .sort()
    .slice(0, LISTS_MAX);
  if (lists.length === 0) return { updates: undefined, problems: [] };
  const installed = new Map(
    packages.filter((one) => one.type === 'deb').map((one) => [one.name, one.version]),
  );
  const best = new Map<string, Best>();
  const problems: string[] = [];
  let listsAsOfMs = 0;
  for (const list of lists) {
    const bytes = readBounded(`${folder}/${list}`, LIST_BYTES_MAX);
    const content = bytes.ok ? inflate(list, bytes.value) : undefined;
    if (!content) {
      problems.push(`${list}: cannot be read`);
      continue;
    }
    listsAsOfMs = Math.max(listsAsOfMs, statSync(`${folder}/${list}`).mtimeMs);
    const from = originOf(folder, list);
    readList(content, installed, (name, version) => {
      const known = best.get(name);
      // An update counts as one of security when any newer version comes from the security archive.
      const security = from.security || known?.security === true;
      const isNewer = !known || compareVersions('dpkg', version, known.version) > 0;
      best.set(name, isNewer ? { version, origin: from.origin, security } : { ...known, security });
    });
  }
  const updates = [...best]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, one]) => ({
      name: name.slice(0, 512),
      installed: (installed.get(name) ?? '').slice(0, 256),
      candidate: one.version.slice(0, 256),
      security: one.security,
      origin: one.origin,
      listsAsOfMs: Math.round(listsAsOfMs),
    }));
  return { updates, problems };
};
