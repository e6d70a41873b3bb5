// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parsePurl } from '@bartizan/scan';

/** Types that all scanners we compare with know; binaries by their strings are each scanner's own. */
export const COMPARED_TYPES = ['deb', 'npm', 'pypi', 'maven', 'golang', 'gem', 'composer', 'cargo'] as const;

/**
 * A package as scanners that spell differently both name it: `type/name version`. Go and Composer versions lose their `v` and
 * `go`, and module paths their capitals, Maven artifacts their group (which half of the archives do not state and each scanner guesses), Debian
 * packages their vendor. Undefined for other types, and for packages without a version: nothing can be held against
 * those.
 */
export const packageKey = (text: string): string | undefined => {
  const purl = parsePurl(text);
  if (purl === undefined || !COMPARED_TYPES.some((type) => type === purl.type)) return undefined;
  if (['', 'UNKNOWN', 'unknown', '(devel)'].includes(purl.version)) return undefined;
  const isAlone = purl.namespace === '' || purl.type === 'deb' || purl.type === 'maven';
  const name = isAlone ? purl.name : `${purl.namespace}/${purl.name}`;
  if (purl.type === 'golang') {
    const path = name === 'go' ? 'stdlib' : name.toLowerCase();
    return `golang/${path} ${purl.version.replace(/^(?:v|go)(?=\d)/, '')}`;
  }
  const stated = purl.type === 'composer' ? purl.version.replace(/^v(?=\d)/, '') : purl.version;
  const version = purl.type === 'deb' ? withEpoch(stated, purl.qualifiers.get('epoch')) : stated;
  return `${purl.type}/${purl.type === 'pypi' ? name.replaceAll(/[-_.]+/g, '-').toLowerCase() : name} ${version}`;
};

const withEpoch = (version: string, epoch: string | undefined): string =>
  epoch === undefined || epoch === '0' || version.includes(':') ? version : `${epoch}:${version}`;

/** The parts that we read of a CycloneDX document, or of a report of trivy. */
interface Document {
  readonly components?: readonly { readonly purl?: string }[];
  readonly Results?: readonly {
    readonly Packages?: readonly { readonly Identifier?: { PURL?: string } }[];
  }[];
}

/** The packages of a CycloneDX document or a report of trivy, sorted. */
export const packageSet = (text: string): readonly string[] => {
  const { components = [], Results: results = [] } = JSON.parse(text) as Document;
  const purls = [
    ...components.map(({ purl }) => purl),
    ...results.flatMap(({ Packages: packages = [] }) => packages.map((one) => one.Identifier?.PURL)),
  ];
  return [...new Set(purls.flatMap((purl) => (purl === undefined ? [] : (packageKey(purl) ?? []))))].sort();
};

/** Why a scanner has what another has not. */
export interface Difference {
  /** Who has more: `ours`, or the name of a peer. */
  readonly only: string;
  /** Of what only we have: which peer lacks it; any when absent. */
  readonly against?: string;
  /** Which packages: tried against `type/name version`. */
  readonly packages: string;
  readonly why: string;
}

/** How many packages one reason explains. */
export interface Explained {
  /** Who has more: `ours`, or the name of a peer. */
  readonly only: string;
  readonly why: string;
  readonly packages: number;
}

/** How two sets of packages stand to each other. */
export interface Agreement {
  readonly both: number;
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  /** Names that both know, in one version each, which is not the same. */
  readonly otherVersion: readonly string[];
  readonly unexplained: readonly string[];
  /** The reasons of the rest, the one that explains most first. */
  readonly explained: readonly Explained[];
}

const nameOf = (key: string): string => key.slice(0, key.lastIndexOf(' '));

/** Compares our packages with those of a peer. */
export const agreementOf = (
  ours: readonly string[],
  peer: { readonly name: string; readonly packages: readonly string[] },
  differences: readonly Difference[],
): Agreement => {
  const [mine, theirs] = [new Set(ours), new Set(peer.packages)];
  const onlyOurs = ours.filter((key) => !theirs.has(key));
  const onlyTheirs = peer.packages.filter((key) => !mine.has(key));
  const unknownNames = new Set(onlyOurs.map(nameOf));
  const explained = new Map<Difference, number>();
  /** Counts a package for the reason that explains it; false when none does. */
  const explain = (only: string, key: string): boolean => {
    const reason = differences.find(
      ({ only: who, against, packages }) =>
        who === only && (against ?? peer.name) === peer.name && new RegExp(packages).test(key),
    );
    if (reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
    return reason !== undefined;
  };
  const unexplained = [
    ...onlyOurs.filter((key) => !explain('ours', key)).map((key) => `only ours: ${key}`),
    ...onlyTheirs.filter((key) => !explain(peer.name, key)).map((key) => `only ${peer.name}: ${key}`),
  ];
  return {
    both: ours.length - onlyOurs.length,
    onlyOurs,
    onlyTheirs,
    otherVersion: onlyTheirs.filter((key) => unknownNames.has(nameOf(key))),
    unexplained,
    explained: [...explained]
      .map(([{ only, why }, packages]) => ({ only, why, packages }))
      .sort((left, right) => right.packages - left.packages),
  };
};
