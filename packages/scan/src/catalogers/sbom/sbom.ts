// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDistributionType } from '../../distribution/namespace.ts';
import { asObject, asText } from '../../json/fields.ts';
import { readSbom } from '../../sbom/read-sbom.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import { type FoundPackage, PACKAGE_TYPES } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { sbomCapabilities } from './capabilities.ts';

const NAMES = /(?:\.spdx\.json|\.spdx3\.json|\.cdx\.json|\.cyclonedx\.json|\.syft\.json|^s?bom\.json)$/i;
const BITNAMI = /^\/opt\/bitnami\/(?:[^/]+\/)?\.spdx-[^/]+\.spdx$/;
const WHEEL = /\.dist-info\/sboms\/[^/]+\.json$/;

/** What Bitnami images had before SPDX files: `{"postgresql": {"arch": "amd64", "version": "11.22.0-4"}}`. */
const COMPONENTS = '/opt/bitnami/.bitnami_components.json';

const readComponents = (file: WalkedFile, context: CatalogContext): FoundPackage[] =>
  Object.entries(readJsonManifest(context, file.path) ?? {}).flatMap(([name, value]) => {
    const component = asObject(value);
    const architecture = asText(component?.['arch'], 32);
    return foundPackages([
      {
        type: 'bitnami',
        name,
        version: component?.['version'],
        location: file.path,
        architecture,
        purl: { qualifiers: { arch: architecture, distro: asText(component?.['distro'], 64) } },
      },
    ]);
  });

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  if (file.path === COMPONENTS) return readComponents(file, context);
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  const bom = readSbom(content, file.path);
  if (!bom.ok) {
    context.problem(
      scanProblem('scan.malformed', file.path, {
        en: bom.error.detail,
        ja: 'SBOM として読み取れません',
      }),
    );
    return [];
  }
  for (const problem of bom.value.problems) context.problem(problem);
  return (
    bom.value.packages
      .filter((one) => !isDistributionType(one.type))
      // One more than the catalogue takes, so that it says that there are more.
      .slice(0, context.limits.packages + 1)
      .map(({ type, name, version, purl, cpe }) => ({
        type,
        name,
        version,
        purl,
        ...(cpe === undefined ? {} : { cpe }),
        // Wherever the document says it lay: what is here is the document.
        location: file.path,
      }))
  );
};

/** Bills of materials inside of images. */
export const sbomCataloger: Cataloger = {
  id: 'sbom',
  types: PACKAGE_TYPES.filter((type) => !isDistributionType(type)),
  capabilities: sbomCapabilities,
  wants: (file) =>
    (NAMES.test(file.name) && !file.path.includes('/node_modules/')) ||
    file.path === COMPONENTS ||
    BITNAMI.test(file.path) ||
    WHEEL.test(file.path),
  inspect,
};
