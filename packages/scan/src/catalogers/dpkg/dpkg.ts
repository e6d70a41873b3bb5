// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { vendorOf } from '../../distribution/vendors.ts';
import { copyrightLicences, MAX_COPYRIGHT_BYTES } from '../../licences/copyright-file.ts';
import { joinPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { declared } from '../declared-licences.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { entriesWithoutName, GAPS, morePackages } from '../problem-words.ts';
import { writePurl } from '../purl.ts';
import { readDatabase } from '../read-database.ts';
import { dpkgCapabilities } from './capabilities.ts';
import { CHISEL_MANIFEST, readChisel, readChiselOwnership } from './chisel.ts';
import { readStanzas, type Stanza } from './stanzas.ts';

const STATUS = '/var/lib/dpkg/status';
const STATUS_FOLDER = '/var/lib/dpkg/status.d';
const INFO_FOLDER = '/var/lib/dpkg/info';
const FIELDS = new Set(['package', 'version', 'status', 'source', 'architecture', 'section', 'maintainer']);
const READ = /^\/var\/lib\/dpkg\/(?:status|status\.d\/[^/]+|info\/[^/]+\.list)$/;
const MAX_OWNED_PATHS = 2_000_000;

/** `Source: gcc-12 (12.2.0-14)` names a version only when it differs from the binary's. */
const readSource = (stanza: Stanza, version: string): { name: string; version: string } => {
  const text = stanza.get('source') ?? '';
  const found = /^(\S+)(?:\s+\(([^()\s]+)\))?$/.exec(text);
  return { name: found?.[1] ?? stanza.get('package') ?? '', version: found?.[2] ?? version };
};

/** dpkg(1): the third word is the state; only these two leave no usable files behind. */
const isInstalled = (status: string | undefined): boolean => {
  if (status === undefined) return true;
  const state = status.split(/\s+/)[2];
  return state !== 'not-installed' && state !== 'config-files';
};

/** Debian Policy 2.4: sections that hold no code; `contrib/doc` is the section `doc` of another area. */
const ROLES = new Map<string, NonNullable<FoundPackage['role']>>([
  ['localization', 'translations'],
  ['doc', 'documentation'],
]);

const roleOf = (section: string | undefined): Pick<FoundPackage, 'role'> => {
  const role = ROLES.get(section?.split('/').at(-1) ?? '');
  return role === undefined ? {} : { role };
};

const toPackage = (stanza: Stanza, location: string, vendor: string): FoundPackage | undefined => {
  const name = stanza.get('package') ?? '';
  const version = stanza.get('version') ?? '';
  if (!isPlausible(name) || !isPlausible(version)) return undefined;
  const source = readSource(stanza, version);
  const architecture = stanza.get('architecture');
  const from = vendorOf(stanza.get('maintainer'));
  return {
    type: 'deb',
    name,
    version,
    purl: writePurl({ type: 'deb', namespace: vendor, name, version, qualifiers: { arch: architecture } }),
    ...(architecture === undefined ? {} : { architecture }),
    sourceName: isPlausible(source.name) ? source.name : name,
    sourceVersion: isPlausible(source.version) ? source.version : version,
    ...roleOf(stanza.get('section')),
    ...(from === undefined ? {} : { vendor: from }),
    location,
  };
};

/** The licences in the copyright file of a package; its folder may be a link to that of another. */
const licencesOf = ({ tree }: CatalogContext, name: string): readonly string[] => {
  const folder = `/usr/share/doc/${name}`;
  const link = tree.readlink(folder);
  const other = link.ok ? /^(?:\.\/)?([^/]{1,256})$/.exec(link.value)?.[1] : undefined;
  const path = `${other === undefined ? folder : `/usr/share/doc/${other}`}/copyright`;
  const stated = tree.statedLicences?.(path);
  if (stated !== undefined) return stated;
  const content = tree.read(path, { maxBytes: MAX_COPYRIGHT_BYTES });
  return content.ok ? copyrightLicences(content.value.toString('utf8')) : [];
};

const readStatus = (context: CatalogContext, path: string): FoundPackage[] => {
  const content = readDatabase(context, path);
  if (content === undefined) return [];
  const packages: FoundPackage[] = [];
  let skipped = 0;
  for (const stanza of readStanzas(content, FIELDS)) {
    if (!isInstalled(stanza.get('status'))) continue;
    const found = toPackage(
      stanza,
      path,
      context.distribution.id === 'unknown' ? 'debian' : context.distribution.id,
    );
    if (found === undefined) skipped += 1;
    else packages.push({ ...found, ...declared(licencesOf(context, found.name)) });
    if (packages.length > context.limits.packages) {
      context.problem(scanProblem('scan.limit', path, morePackages(context.limits.packages)));
      break;
    }
  }
  if (skipped > 0) context.problem(scanProblem('scan.malformed', path, entriesWithoutName(skipped)));
  if (packages.length > 0 && content.at(-1) !== 10) {
    context.problem(scanProblem('scan.truncated', path, GAPS.endsInLine));
  }
  return packages;
};

/** Distroless images keep one file a package instead of one status file. */
const readStatusFolder = (context: CatalogContext): FoundPackage[] => {
  const listed = context.tree.list(STATUS_FOLDER);
  if (!listed.ok) return [];
  return listed.value
    .filter((entry) => entry.kind !== 'directory' && !entry.name.endsWith('.md5sums'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => readStatus(context, joinPath(STATUS_FOLDER, entry.name)));
};

const readOwnership = (context: CatalogContext, ownership: Ownership): void => {
  const listed = context.tree.list(INFO_FOLDER);
  if (!listed.ok) return;
  for (const entry of listed.value) {
    if (!entry.name.endsWith('.list') || entry.kind === 'directory') continue;
    const content = context.tree.read(joinPath(INFO_FOLDER, entry.name), {
      maxBytes: context.limits.databaseBytes,
    });
    if (!content.ok) continue;
    const owner = entry.name.slice(0, -5).split(':')[0] ?? '';
    for (const path of content.value.toString('utf8').split('\n')) {
      if (path.startsWith('/') && path !== '/.') ownership.set(path, owner);
    }
    if (ownership.size > MAX_OWNED_PATHS) {
      context.problem(
        scanProblem('scan.limit', INFO_FOLDER, {
          en: `more than ${MAX_OWNED_PATHS} owned paths`,
          ja: `パッケージが所有するパスが ${MAX_OWNED_PATHS} 件を超えています`,
        }),
      );
      return;
    }
  }
};

/** Debian, Ubuntu and derived distributions, distroless images included. */
export const dpkgCataloger: Cataloger = {
  id: 'dpkg',
  types: ['deb'],
  capabilities: dpkgCapabilities,
  reads: (path) => READ.test(path) || path === CHISEL_MANIFEST,
  fixed: (context) => [...readStatus(context, STATUS), ...readStatusFolder(context), ...readChisel(context)],
  owns: (context, ownership) => {
    readOwnership(context, ownership);
    readChiselOwnership(context, ownership);
  },
};
