// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import type { BomEntry, ReadBom } from './bom-entry.ts';

const MAX_ARTIFACTS = 500_000;

const entryOf = (artifact: JsonObject): BomEntry => {
  const metadata = asObject(artifact['metadata']) ?? {};
  const locations = asList(artifact['locations']).slice(0, 1_000).map(asObject);
  const facts = new Map<string, string>();
  const set = (key: string, value: unknown): void => {
    const text = asText(value, 512);
    if (text !== undefined) facts.set(key, text);
  };
  set('sourceName', metadata['source'] ?? metadata['originPackage']);
  set('sourceVersion', metadata['sourceVersion']);
  set('module', metadata['modularityLabel']);
  set('architecture', metadata['architecture']);
  set('layer', locations[0]?.['layerID']);
  const version = asText(artifact['version'], 512);
  return {
    name: asText(artifact['name'], 512) ?? '',
    // Syft writes UNKNOWN where it found none.
    version: version === undefined || version === 'UNKNOWN' ? '' : version,
    purl: asText(artifact['purl'], 4096),
    cpe: undefined,
    locations: locations.flatMap((place) => asText(place?.['path'], 4096) ?? []),
    facts,
  };
};

/** Reads the JSON that syft writes. Its CPEs are guesses from names, and are not taken over. */
export const readSyft = (document: JsonObject): ReadBom => {
  const distro = asObject(document['distro']);
  const id = asText(distro?.['id'] ?? distro?.['name'], 64)?.toLowerCase();
  const artifacts = asList(document['artifacts']);
  return {
    format: 'syft',
    specVersion: asText(asObject(document['schema'])?.['version'], 16) ?? '',
    subject: asText(asObject(document['source'])?.['name'], 512) ?? '',
    entries: artifacts
      .slice(0, MAX_ARTIFACTS)
      .map(asObject)
      .filter((artifact) => artifact !== undefined)
      .map(entryOf),
    leftOut: Math.max(0, artifacts.length - MAX_ARTIFACTS),
    ...(id === undefined
      ? {}
      : { system: { id, versionId: asText(distro?.['versionID'] ?? distro?.['version'], 64) ?? '' } }),
  };
};
