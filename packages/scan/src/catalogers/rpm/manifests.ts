// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText } from '../../json/fields.ts';
import type { CatalogContext } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readDatabase } from '../read-database.ts';
import { readJsonManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';

/** Azure Linux distroless images keep the output of one rpm query instead of a database. */
export const RPM_MANIFEST = '/var/lib/rpmmanifest/container-manifest-2';
/** Bottlerocket keeps one inventory of all that it was built from. */
export const BOTTLEROCKET_INVENTORY = '/usr/share/bottlerocket/application-inventory.json';

const none = (text: string | undefined): string | undefined =>
  text === '(none)' || text === '' ? undefined : text;

/** Ten fields divided by tabs: name, version-release, two times, vendor, epoch, size, architecture, epoch as number, source rpm. */
const readManifest = (context: CatalogContext): FoundPackage[] => {
  const content = readDatabase(context, RPM_MANIFEST);
  if (content === undefined) return [];
  const packages: FoundPackage[] = [];
  for (const line of linesOf(content)) {
    const fields = line.split('\t');
    const [name, version, , , , , , architecture, epoch, source] = fields;
    if (fields.length < 10) continue;
    const hasEpoch = none(epoch) !== undefined && epoch !== '0';
    const [, sourceName, sourceVersion] = /^(.+)-([^-]+-[^-]+)\.src\.rpm$/.exec(source ?? '') ?? [];
    const [found] = foundPackages([
      {
        type: 'rpm',
        name,
        version: hasEpoch ? `${epoch}:${version}` : version,
        location: RPM_MANIFEST,
        architecture: none(architecture),
        purl: {
          namespace: context.distribution.id,
          ...(version === undefined ? {} : { version }),
          qualifiers: { arch: none(architecture), epoch: hasEpoch ? epoch : undefined },
        },
      },
    ]);
    if (found === undefined) continue;
    packages.push(
      sourceName === undefined || sourceVersion === undefined
        ? found
        : { ...found, sourceName, sourceVersion },
    );
  }
  return packages;
};

const readInventory = (context: CatalogContext): FoundPackage[] => {
  if (!context.tree.stat(BOTTLEROCKET_INVENTORY).ok) return [];
  return asList(readJsonManifest(context, BOTTLEROCKET_INVENTORY)?.['Content'])
    .map(asObject)
    .flatMap((entry) => {
      const release = asText(entry?.['Release']);
      const version = `${asText(entry?.['Version']) ?? ''}${release === undefined ? '' : `-${release}`}`;
      const architecture = asText(entry?.['Architecture'], 32);
      return foundPackages([
        {
          type: 'rpm',
          name: entry?.['Name'],
          version,
          location: BOTTLEROCKET_INVENTORY,
          architecture,
          purl: { namespace: 'bottlerocket', qualifiers: { arch: architecture } },
        },
      ]);
    });
};

/** Packages of images that keep a list in place of a database. */
export const readRpmManifests = (context: CatalogContext): FoundPackage[] => [
  ...readManifest(context),
  ...readInventory(context),
];
