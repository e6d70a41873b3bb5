// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { PACKAGE_ROLES } from '@bartizan/contracts';
import { declared } from '../catalogers/declared-licences.ts';
import { isPlausible, type PackageType, type ScanPackage } from '../catalogers/package.ts';
import { writePurl } from '../catalogers/purl.ts';
import { ecosystemOf, isJudgeable, normalizeName } from '../distribution/namespace.ts';
import type { Distribution } from '../distribution/os-release.ts';
import { nameOfPurl, type Purl, parsePurl, typeOfPurl, versionOfPurl } from './parse-purl.ts';

/** One package as a document states it; nothing of it is believed before `toScanPackages`. */
export interface BomEntry {
  readonly name: string;
  readonly version: string;
  readonly purl?: string | undefined;
  readonly cpe?: string | undefined;
  readonly locations: readonly string[];
  /** Licences as the document states them. */
  readonly licenses?: readonly unknown[];
  /** Facts under our own names: architecture, sourceName, ecosystem ... */
  readonly facts: ReadonlyMap<string, string>;
}

/** A document taken apart. */
export interface ReadBom {
  readonly format: 'cyclonedx' | 'spdx' | 'syft';
  readonly specVersion: string;
  /** Name of what it is about, where it says. */
  readonly subject: string;
  readonly entries: readonly BomEntry[];
  /** Entries beyond what is read of one document, at least; those below one that is left out are not counted. */
  readonly leftOut: number;
  /** The system the packages belong to, as `id` and `versionId`. */
  readonly system?: { readonly id: string; readonly versionId: string };
}

const FACT_LINE = /^bartizan:([A-Za-z]{1,32})=(.*)$/;

/** Our own facts out of a comment, and the locations and licences among them. */
export const factsOf = (
  comment: string,
): { facts: Map<string, string>; locations: string[]; licenses: string[] } => {
  const facts = new Map<string, string>();
  const locations: string[] = [];
  const licenses: string[] = [];
  for (const line of comment.split('\n', 2_000)) {
    const [, key, value] = FACT_LINE.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === 'location') locations.push(value);
    else if (key === 'license') licenses.push(value);
    else facts.set(key, value);
  }
  return { facts, locations, licenses };
};

/** `debian-12`, `suse linux enterprise server-15.5`: how package URLs name the system. */
const systemOf = (distro: string | undefined): { id: string; versionId: string } | undefined => {
  const [, id, versionId] =
    /^([a-z][a-z0-9_.]*(?:[- ][a-z]+)*)(?:-(\d[\w.]*(?: \(.*\))?))?$/.exec(distro?.toLowerCase() ?? '') ?? [];
  return id === undefined ? undefined : { id, versionId: versionId ?? '' };
};

/** What Trivy calls distributions, where it is not the `ID` of their os-release. */
const IDS_OF_TRIVY: ReadonlyMap<string, string> = new Map([
  ['alma', 'almalinux'],
  ['amazon', 'amzn'],
  ['oracle', 'ol'],
  ['redhat', 'rhel'],
  ['centos-stream', 'centos'],
  ['cbl-mariner', 'mariner'],
  ['opensuse.leap', 'opensuse-leap'],
  ['suse linux enterprise server', 'sles'],
]);

/** A system under the `ID` of its os-release; a name of the release behind its version, `2 (Karoo)`, is left out. */
const ofOsRelease = ({ id, versionId }: { readonly id: string; readonly versionId: string }) => ({
  id: IDS_OF_TRIVY.get(id) ?? id,
  versionId: versionId.replace(/ \(.*$/, ''),
});

/** The system of a package, as `debian-12`. Docker Scout has two qualifiers for it, and may write a code name. */
const distroOf = ({ qualifiers }: Purl): string | undefined => {
  const [name, version = ''] = [qualifiers.get('os_name'), qualifiers.get('os_version')];
  const named = name === undefined || !/^\d/.test(version) ? undefined : `${name}-${version}`;
  return qualifiers.get('distro') ?? named;
};

/** The system of a document: what it says, or else what most of its package URLs say. */
export const distributionOf = (bom: ReadBom): Distribution => {
  const counts = new Map<string, number>();
  for (const entry of bom.system === undefined ? bom.entries : []) {
    const purl = entry.purl === undefined ? undefined : parsePurl(entry.purl);
    const distro = purl === undefined ? undefined : distroOf(purl);
    if (distro !== undefined) counts.set(distro, (counts.get(distro) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const system = ofOsRelease(bom.system ?? systemOf(most?.[0]) ?? { id: 'unknown', versionId: '' });
  return { ...system, prettyName: `${system.id} ${system.versionId}`.trim(), like: [] };
};

/** `gcc-12@12.2.0`, `gcc-12` or `bash-5.1-9.el9.src.rpm`. */
const upstreamOf = (text: string | undefined): { name: string; version?: string } | undefined => {
  if (text === undefined) return undefined;
  const [, rpmName, rpmVersion] = /^(.+)-([^-]+-[^-]+)\.src\.rpm$/.exec(text) ?? [];
  if (rpmName !== undefined && rpmVersion !== undefined) return { name: rpmName, version: rpmVersion };
  const at = text.lastIndexOf('@');
  return at <= 0 ? { name: text } : { name: text.slice(0, at), version: text.slice(at + 1) };
};

/** The source package: of our own facts, or of the package URL; a package without one is its own source. */
const sourceOf = (
  entry: BomEntry,
  type: PackageType,
  own: { purl: Purl | undefined; name: string; version: string },
): Partial<Pick<ScanPackage, 'sourceName' | 'sourceVersion'>> => {
  const upstream = upstreamOf(own.purl?.qualifiers.get('upstream'));
  const isOwn = type === 'deb' || type === 'apk';
  const name = entry.facts.get('sourceName') ?? upstream?.name ?? (isOwn ? own.name : undefined);
  const version = entry.facts.get('sourceVersion') ?? upstream?.version ?? (isOwn ? own.version : undefined);
  return {
    ...(name === undefined || !isPlausible(name) ? {} : { sourceName: name }),
    ...(version === undefined || !isPlausible(version) ? {} : { sourceVersion: version }),
  };
};

/** `nodejs:18:8060020221102:abc` as `nodejs:18`: advisories name module and stream. */
const moduleOf = (label: string | undefined): string | undefined =>
  label?.split(':', 2).join(':').slice(0, 256) || undefined;

/** Whether an entry is about software that could have advisories: images and files are what holds it. */
const isHolder = (purl: Purl | undefined): boolean =>
  purl !== undefined && ['oci', 'docker'].includes(purl.type);

/**
 * Our own documents keep the name as the catalogue found it; a package URL may fold its case. Anybody can write such a
 * document: where advisories are keyed by the name, it must be the one that the package URL says.
 */
const nameOf = (entry: BomEntry, named: string, ecosystem: string): string => {
  const isSame = [entry.name, named]
    .map((name) => normalizeName(ecosystem, name).toLowerCase())
    .every((name, _, all) => name === all[0]);
  return entry.facts.has('ecosystem') && (isSame || !isJudgeable(ecosystem)) ? entry.name : named;
};

/** One entry as packages, one a location; none when it cannot be a package. */
export const toScanPackages = (
  entry: BomEntry,
  distribution: Distribution,
  origin: string,
): ScanPackage[] => {
  const purl = entry.purl === undefined ? undefined : parsePurl(entry.purl);
  if (isHolder(purl)) return [];
  const type = purl === undefined ? 'generic' : typeOfPurl(purl);
  const name = purl === undefined ? entry.name : nameOfPurl(purl);
  const version = (purl === undefined ? '' : versionOfPurl(purl)) || entry.version;
  if (!isPlausible(name) || !isPlausible(version)) return [];
  const architecture = entry.facts.get('architecture') ?? purl?.qualifiers.get('arch');
  const fact = (key: string): string | undefined => entry.facts.get(key);
  const ecosystem = fact('ecosystem')?.slice(0, 64) ?? ecosystemOf(type, name, distribution);
  const stated = nameOf(entry, name, ecosystem);
  const ownedBy = fact('ownedBy');
  const layer = fact('layer');
  const module = moduleOf(fact('module') ?? purl?.qualifiers.get('modularitylabel'));
  const role = PACKAGE_ROLES.find((one) => one === fact('role'));
  const locations = entry.locations.length === 0 ? [origin] : entry.locations;
  return locations.map((location) => ({
    type,
    name: stated,
    version,
    ecosystem,
    purl: purl === undefined ? writePurl({ type: 'generic', name, version }) : (entry.purl ?? ''),
    ...(architecture === undefined ? {} : { architecture }),
    ...sourceOf(entry, type, { purl, name, version }),
    location,
    ...declared(entry.licenses ?? []),
    ...(layer === undefined ? {} : { layer }),
    ...(entry.cpe === undefined ? {} : { cpe: entry.cpe }),
    ...(module === undefined ? {} : { module }),
    ...(role === undefined ? {} : { role }),
    ...(ownedBy === undefined ? {} : { ownedBy }),
    foundBy: fact('cataloger')?.slice(0, 64) ?? 'sbom',
  }));
};
