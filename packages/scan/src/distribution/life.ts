// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackHeader, ReleaseLife } from '../advisories/pack-format.ts';

/** What the pack knows about the life of the release behind an advisory namespace (`Debian:10`). */
export const lifeOf = (ecosystem: string, header: PackHeader): ReleaseLife | undefined => {
  const colon = ecosystem.indexOf(':');
  if (colon < 0) return undefined;
  const distribution = ecosystem.slice(0, colon).toLowerCase();
  const release = ecosystem.slice(colon + 1).replace(/^v(?=\d)/, '');
  const releases = header.life[distribution];
  return releases !== undefined && Object.hasOwn(releases, release) ? releases[release] : undefined;
};
