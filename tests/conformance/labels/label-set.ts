// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AdvisoryPack, MatchablePackage } from '@bartizan/scan';
import { SHARED } from '../outside.ts';

/** What people said about one match: TP is right, FP is wrong, ?? could not be told. */
export interface Label {
  readonly package: string;
  readonly version: string;
  readonly vulnerability: string;
  readonly cve?: string;
  readonly label: 'TP' | 'FP' | '??';
  readonly image: string;
  readonly note?: string;
}

/** A label that the pack can know something about, with the packages its name may stand for. */
export interface KeptLabel {
  readonly label: Label;
  readonly ids: ReadonlySet<string>;
  readonly candidates: readonly MatchablePackage[];
}

const readLines = <T>(file: string): T[] =>
  gunzipSync(readFileSync(join(SHARED, 'advisories', file)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

export const readLabels = (): Label[] => readLines<Label>('match-labels.jsonl.gz');

/** Product lines of images, read off the versions in them; only those the pack has data about. */
const PRODUCT_LINES: readonly (readonly [string, string])[] = [
  ['/almalinux@', 'AlmaLinux:8'],
  ['/cloudbees/cloudbees-core-oc@', 'Debian:10'],
  ['/postgres@sha256:1a67ab96', 'Debian:10'],
  ['/node@', 'Debian:9'],
];
const DEBIAN_SOURCES = JSON.parse(
  readFileSync(join(import.meta.dirname, 'debian-sources.json'), 'utf8'),
) as Record<string, string>;
const LANGUAGES = ['npm', 'PyPI', 'RubyGems', 'Go', 'crates.io', 'Packagist', 'NuGet', 'Hex'] as const;

/** Versions as only a distribution writes them. */
const isDistributionVersion = (version: string): boolean =>
  /\.el\d|el\d|deb\d|-r\d+$|ubuntu|amzn|\.azl\d|^\d+:/.test(version);

/** The note says that the package is a distribution's, or fixed by it. */
const OWNED_NOTE = /\brpm\b|red ?hat|\bRHEL\b|distro-specific/i;
/** The note is about what the package really is, or which code of it is linked: facts of a catalogue, not of a pack. */
const CATALOGUE_NOTE =
  /not[ _]importable|effectively[ _]private|vscode extension|not (?:actually|really)|not believed to be the actual/i;

/** The note says that what has the name of an npm package is an extension of an editor. */
const EXTENSION_NOTE = /vscode extension/i;
/** Packages of the set that Debian's archive keeps in section `localization`, as their dpkg entries say. */
const LOCALIZATION: ReadonlySet<string> = new Set(['gnupg-l10n', 'krb5-locales', 'libc-l10n', 'locales']);

/** Maven rows by artifact: the labels leave the group out. */
export const mavenNames = (): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, Set<string>>();
  for (const row of readLines<{ package: string }>('maven.jsonl.gz')) {
    const artifact = row.package.split(':')[1] ?? row.package;
    names.set(artifact, (names.get(artifact) ?? new Set()).add(row.package));
  }
  return new Map([...names].map(([artifact, set]) => [artifact, [...set]]));
};

/**
 * Whether some row knows the flaw in this version or rules it out: rows that only list versions know nothing of others.
 */
const names = (pack: AdvisoryPack, found: MatchablePackage, ids: ReadonlySet<string>): boolean =>
  pack
    .rows(found.ecosystem, found.sourceName ?? found.name)
    .some(
      (row) =>
        row.withdrawn === undefined &&
        [row.id, ...(row.aliases ?? [])].some((id) => ids.has(id)) &&
        (row.ranges !== undefined || row.versions === undefined || row.versions.includes(found.version)),
    );

/**
 * Which labels are kept. The set names neither ecosystem nor source package, and the pack ends somewhere:
 * 1. judged by nobody (`??`): left out;
 * 2. distribution packages: only of images whose product line is known and in the pack; Debian binaries only where
 *    their source package is known;
 * 3. language packages: the ecosystem is the one in which the pack knows the package under a GHSA id that the set has
 *    about the same package of the same image; without such an id the label came from guessing by product name;
 * 4. a right match (TP) is kept when the pack has a row about that package with that id that knows more than a list of
 *    other versions; a wrong one (FP) whenever the pack judges the package at all;
 * 5. left out are labels whose note is about what the package is or which code is linked; where a note says that a
 *    distribution owns the package, it is owned (rule 1 of matching).
 */
export class LabelSet {
  readonly #pack: AdvisoryPack;
  readonly #labels: readonly Label[];
  readonly #maven = mavenNames();
  /** Every id under which the set speaks about a package of an image. */
  readonly #ids = new Map<string, Set<string>>();
  readonly #notes = new Map<string, string>();
  /** Distribution packages of an image: name -> versions. */
  readonly #installed = new Map<string, Map<string, string[]>>();

  constructor(pack: AdvisoryPack, labels: readonly Label[]) {
    this.#pack = pack;
    this.#labels = labels;
    for (const label of labels) {
      const key = keyOf(label);
      const ids = this.#ids.get(key) ?? new Set<string>();
      this.#ids.set(key, ids);
      this.#notes.set(key, `${this.#notes.get(key) ?? ''} ${label.note ?? ''}`);
      if (label.vulnerability.startsWith('GHSA-'))
        for (const id of [label.vulnerability, label.cve ?? label.vulnerability]) ids.add(id);
      if (!isDistributionVersion(label.version)) continue;
      const installed = this.#installed.get(label.image) ?? new Map<string, string[]>();
      this.#installed.set(label.image, installed);
      installed.set(label.package, [...(installed.get(label.package) ?? []), label.version]);
    }
  }

  kept(): KeptLabel[] {
    return this.#labels.flatMap((label): KeptLabel[] => {
      if (label.label === '??' || CATALOGUE_NOTE.test(this.#notes.get(keyOf(label)) ?? '')) return [];
      const ids = new Set([label.vulnerability, ...(label.cve === undefined ? [] : [label.cve])]);
      const all = this.#candidates(label);
      const candidates = label.label === 'TP' ? all.filter((one) => names(this.#pack, one, ids)) : all;
      return candidates.length === 0 ? [] : [{ label, ids, candidates }];
    });
  }

  /** Every label of a kind with what its name may stand for, rule 5 not applied. */
  all(kind: Label['label']): KeptLabel[] {
    return this.#labels
      .filter((label) => label.label === kind)
      .map((label) => ({
        label,
        ids: new Set([label.vulnerability, ...(label.cve === undefined ? [] : [label.cve])]),
        candidates: this.#candidates(label),
      }));
  }

  #candidates(label: Label): MatchablePackage[] {
    const line = PRODUCT_LINES.find(([image]) => label.image.includes(image))?.[1];
    const found = { name: label.package, version: label.version };
    if (line !== undefined && (isDistributionVersion(label.version) || label.package in DEBIAN_SOURCES)) {
      const sourceName = line.startsWith('Debian') ? DEBIAN_SOURCES[label.package] : undefined;
      if (line.startsWith('Debian') && sourceName === undefined) return [];
      const one: MatchablePackage = {
        ...found,
        ecosystem: line,
        ...(sourceName === undefined ? {} : { sourceName }),
        ...(line.startsWith('Debian') && LOCALIZATION.has(found.name) ? { role: 'translations' } : {}),
      };
      return this.#pack.rows(line, sourceName ?? found.name).length > 0 ? [one] : [];
    }
    if (isDistributionVersion(label.version)) return [];
    const ids = this.#ids.get(keyOf(label)) ?? new Set<string>();
    const owner = this.#owner(label);
    const owned = owner === undefined ? {} : { ownedBy: owner };
    const maven = (this.#maven.get(label.package) ?? []).map((name) => ({
      ...found,
      name,
      ecosystem: 'Maven',
      ...owned,
    }));
    const extension = EXTENSION_NOTE.test(this.#notes.get(keyOf(label)) ?? '');
    const languages = LANGUAGES.map(
      (ecosystem): MatchablePackage => ({
        ...found,
        ecosystem,
        ...owned,
        ...(extension && ecosystem === 'npm' ? { role: 'editor-extension' } : {}),
      }),
    );
    return [...languages, ...maven].filter((one) => names(this.#pack, one, ids));
  }

  /**
   * The distribution package that carries a language package, which a scan reads off the list of its files and the labels
   * leave out: of the same upstream version, and named after it - plain, with a prefix of its language, with the major
   * version behind it (`guava20`), or after its Maven group (`httpcomponents-client` of `org.apache.httpcomponents`).
   */
  #owner(label: Label): string | undefined {
    const noted = OWNED_NOTE.exec(this.#notes.get(keyOf(label)) ?? '')?.[0];
    if (noted !== undefined) return noted;
    const plain = ['python3-', 'python-', 'rubygem-', ''].map((prefix) => prefix + label.package);
    const exact = new Set([...plain, `${label.package}${label.version.split('.')[0]}`]);
    const groups = (this.#maven.get(label.package) ?? []).flatMap((name) => {
      const last = name.split(':')[0]?.split('.').at(-1);
      return last === undefined ? [] : [`${last}-`];
    });
    const named = (name: string): boolean =>
      exact.has(name) || groups.some((group) => name.startsWith(group));
    for (const [name, versions] of this.#installed.get(label.image) ?? [])
      if (named(name) && versions.some((one) => one.replace(/^\d+:/, '').startsWith(`${label.version}-`)))
        return name;
    return undefined;
  }
}

const keyOf = (label: Label): string => `${label.image}\0${label.package}\0${label.version}`;
