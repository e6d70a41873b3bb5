// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The file: magic (8) · header length, entries, pool strings, namespaces, data length (5 x u32) · header (JSON) ·
 * coverage (one byte a namespace) · padding to 4 · index · pool offsets · pool · groups · SHA-256 (32) · signature (104,
 * absent when it is unsigned). All numbers little-endian.
 *
 * The index is sorted by the 64-bit hash of the key; an entry is four u32: hash high, hash low, offset of its group from
 * the start of the groups, length of the group. A group is `key\n` and rows (see row-codec.ts), or JSON for facts. The
 * pool holds the strings that many rows share, sorted; offsets are one more than strings.
 */
export const PACK_MAGIC = Buffer.from('BZADV\x002\n', 'latin1');
export const PACK_FORMAT = 'bartizan-pack/2';
export const PREFIX_BYTES = 28;
export const ENTRY_BYTES = 16;
export const DIGEST_BYTES = 32;

/** How much of an ecosystem's packages the data speaks about. */
export type EcosystemCompleteness = 'complete' | 'partial' | 'listed-packages' | 'sample';

/** Bits of a coverage byte: the place in this list, and a flag. 0 stands for nothing. */
const COMPLETENESS: readonly EcosystemCompleteness[] = ['complete', 'partial', 'listed-packages', 'sample'];
const ONLY_FIXES = 0x10;

/** The coverage byte of a namespace. */
export const coverageByte = (status: Pick<EcosystemStatus, 'completeness' | 'onlyFixes'>): number =>
  (COMPLETENESS.indexOf(status.completeness) + 1) | (status.onlyFixes === true ? ONLY_FIXES : 0);

/** What a coverage byte says; undefined for one that says nothing. */
export const readCoverage = (
  byte: number,
): Pick<EcosystemStatus, 'completeness' | 'onlyFixes'> | undefined => {
  const completeness = COMPLETENESS[(byte & 0x0f) - 1];
  if (completeness === undefined) return undefined;
  return (byte & ONLY_FIXES) === 0 ? { completeness } : { completeness, onlyFixes: true };
};

/** What a pack knows about one ecosystem. */
export interface EcosystemStatus {
  readonly rows: number;
  readonly packages: number;
  readonly completeness: EcosystemCompleteness;
  /** The feed names flaws when they are fixed: its silence says nothing about flaws without a fix. */
  readonly onlyFixes?: boolean;
  /** Newest date in the rows, `YYYY-MM-DD`. */
  readonly newestOn?: string;
  /** What is known to be missing, in the words of the source. */
  readonly missing?: string;
}

/** Where rows came from. */
export interface PackSource {
  readonly name: string;
  readonly date?: string;
  readonly rows: number;
  readonly licence?: string;
  readonly missing?: string;
}

/** End-of-life date of one release of a distribution. */
export interface ReleaseLife {
  readonly series?: string;
  readonly release?: string;
  readonly eol?: string;
  readonly eolLts?: string;
}

/** The facts a pack states about itself. */
export interface PackHeader {
  readonly format: typeof PACK_FORMAT;
  /** When it was built, ISO 8601, UTC. */
  readonly builtAt: string;
  /** `sample`: enough to show how it works, never enough to judge a machine. */
  readonly kind: 'full' | 'sample';
  readonly note?: string;
  readonly rows: number;
  readonly cves: number;
  readonly ecosystems: Readonly<Record<string, EcosystemStatus>>;
  /** Distributions and ecosystems without data, in words. */
  readonly noData: readonly string[];
  readonly sources: readonly PackSource[];
  /** Whether any CVE has an EPSS score, and of which day. */
  readonly epssOn?: string;
  readonly kevEntries: number;
  /** distribution -> release -> dates. */
  readonly life: Readonly<Record<string, Readonly<Record<string, ReleaseLife>>>>;
  /** Inputs that could not be read; the pack was built without them. */
  readonly refused: number;
}

const mix = (seed: number, text: string): number => {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash ^= hash >>> 13;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** The two halves of a key's hash. Only a way to find it: the group repeats the key, so a collision is harmless. */
export const hashKey = (key: string): readonly [number, number] => [
  mix(0x811c9dc5, key),
  mix(0x9e3779b9, key),
];

/** Key of the rows about a package. */
export const packageKey = (ecosystem: string, name: string): string => `p\t${ecosystem}\t${name}`;
/** Key of the facts about a CVE. */
export const cveKey = (cve: string): string => `c\t${cve}`;
/** Key that says: this package of an ecosystem with listed coverage was looked at. */
export const coveredKey = (ecosystem: string, name: string): string => `k\t${ecosystem}\t${name}`;
