// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the sbom cataloger can and cannot know. */
export const sbomCapabilities: CatalogerCapabilities = {
  finds: [
    'components of Bitnami images, by the SPDX files under /opt/bitnami',
    'packages of CycloneDX, SPDX and syft documents that lie in an image or folder, Python wheels with documents inside included (PEP 770)',
  ],
  doesNotFind: [
    'whether a document is true: its packages are listed under its path',
    'distribution packages that a document names: the package database says what is installed',
    'documents inside node_modules, which describe how a package was built',
  ],
};
