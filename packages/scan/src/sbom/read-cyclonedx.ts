// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import type { BomEntry, ReadBom } from './bom-entry.ts';
import { withEpoch } from './parse-purl.ts';

const MAX_COMPONENTS = 500_000;
const MAX_DEPTH = 64;
/** Components that are no software with a version of its own. */
const NOT_SOFTWARE = new Set([
  'operating-system',
  'file',
  'data',
  'device',
  'cryptographic-asset',
  'machine-learning-model',
]);

/** Properties of other tools that name the source package of a distribution package. */
const SOURCE_NAME = ['syft:metadata:source', 'aquasecurity:trivy:SrcName', 'syft:metadata:originPackage'];
const MODULE = ['syft:metadata:modularityLabel', 'aquasecurity:trivy:Modularitylabel'];

/** The version of the source package. Trivy keeps its three parts apart. */
const sourceVersionOf = (first: (name: string) => string | undefined): string | undefined => {
  const version = first('aquasecurity:trivy:SrcVersion');
  const ofSyft = first('syft:metadata:sourceVersion');
  if (version === undefined || ofSyft !== undefined) return ofSyft;
  const release = first('aquasecurity:trivy:SrcRelease');
  const whole = release === undefined || release === '' ? version : `${version}-${release}`;
  return withEpoch(first('aquasecurity:trivy:SrcEpoch'), whole);
};

const propertiesOf = (component: JsonObject): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const property of asList(component['properties']).slice(0, 2_000).map(asObject)) {
    const name = asText(property?.['name']);
    const value = asText(property?.['value'], 4096);
    if (name === undefined || value === undefined) continue;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
};

/** `{expression}`, `{license: {id}}` or `{license: {name}}`. */
const licencesOf = (component: JsonObject): unknown[] =>
  asList(component['licenses'])
    .slice(0, 64)
    .map(asObject)
    .map((item) => {
      const licence = asObject(item?.['license']);
      return item?.['expression'] ?? licence?.['id'] ?? licence?.['name'];
    });

const entryOf = (component: JsonObject): BomEntry => {
  const properties = propertiesOf(component);
  const facts = new Map<string, string>();
  for (const [name, [value]] of properties) {
    const key = /^bartizan:([A-Za-z]{1,32})$/.exec(name)?.[1];
    if (key !== undefined && key !== 'location' && key !== 'license' && value !== undefined)
      facts.set(key, value);
  }
  const first = (...names: readonly string[]): string | undefined =>
    names.flatMap((name) => properties.get(name) ?? [])[0];
  const sourceName = first(...SOURCE_NAME);
  const sourceVersion = sourceVersionOf(first);
  const module = first(...MODULE);
  if (module !== undefined && !facts.has('module')) facts.set('module', module);
  if (sourceName !== undefined && !facts.has('sourceName')) facts.set('sourceName', sourceName);
  if (sourceVersion !== undefined && !facts.has('sourceVersion')) facts.set('sourceVersion', sourceVersion);
  const group = asText(component['group']);
  const name = asText(component['name'], 512) ?? '';
  const isMaven = asText(component['purl'])?.startsWith('pkg:maven/') === true;
  return {
    name: group === undefined ? name : `${group}${isMaven ? ':' : '/'}${name}`,
    version: asText(component['version'], 512) ?? '',
    purl: asText(component['purl'], 4096),
    cpe: asText(component['cpe'], 256),
    locations: properties.get('bartizan:location') ?? [],
    licenses: properties.get('bartizan:license') ?? licencesOf(component),
    facts,
  };
};

/** Components, nested ones too, in the order of the document, and how many are beyond what is read. */
const componentsOf = (document: JsonObject): { found: JsonObject[]; leftOut: number } => {
  const found: JsonObject[] = [];
  let leftOut = 0;
  const pending = [{ list: asList(document['components']), depth: 0 }];
  for (let level = pending.shift(); level !== undefined; level = pending.shift()) {
    for (const component of level.list.map(asObject)) {
      if (component === undefined) continue;
      if (found.length >= MAX_COMPONENTS) {
        leftOut += 1;
        continue;
      }
      found.push(component);
      const list = asList(component['components']);
      if (level.depth < MAX_DEPTH && list.length > 0) pending.push({ list, depth: level.depth + 1 });
      else leftOut += list.length;
    }
  }
  return { found, leftOut };
};

/** Reads a CycloneDX document in JSON, any version. */
export const readCycloneDx = (document: JsonObject): ReadBom => {
  const { found: components, leftOut } = componentsOf(document);
  const system = components.find((component) => component['type'] === 'operating-system');
  const id = asText(system?.['name'], 64)?.toLowerCase();
  const subject = asObject(asObject(document['metadata'])?.['component']);
  return {
    format: 'cyclonedx',
    specVersion: asText(document['specVersion'], 16) ?? '',
    subject: asText(subject?.['name'], 512) ?? '',
    entries: components.filter((one) => !NOT_SOFTWARE.has(asText(one['type']) ?? '')).map(entryOf),
    leftOut,
    ...(id === undefined ? {} : { system: { id, versionId: asText(system?.['version'], 64) ?? '' } }),
  };
};
