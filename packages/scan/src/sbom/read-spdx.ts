// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import { type BomEntry, factsOf, type ReadBom } from './bom-entry.ts';

const MAX_PACKAGES = 500_000;
/** The JSON schema writes an underscore where the text of the specification has a hyphen. */
const SYSTEM = new Set(['OPERATING_SYSTEM', 'OPERATING-SYSTEM']);
const HOLDERS = new Set(['CONTAINER', 'FILE', 'DEVICE', ...SYSTEM]);
const OWN_SUBJECT = 'SPDXRef-Subject';

const isNothing = (text: string | undefined): boolean =>
  text === undefined || text === 'NOASSERTION' || text === 'NONE';

const referenceOf = (one: JsonObject, type: RegExp): string | undefined =>
  asList(one['externalRefs'])
    .map(asObject)
    .map((reference) =>
      type.test(asText(reference?.['referenceType']) ?? '')
        ? asText(reference?.['referenceLocator'], 4096)
        : undefined,
    )
    .find((locator) => locator !== undefined);

/** What was concluded, else what is declared. */
const licencesOf = (one: JsonObject): unknown[] =>
  [one['licenseConcluded'], one['licenseDeclared']]
    .filter((text) => typeof text === 'string' && !isNothing(text))
    .slice(0, 1);

/** How Trivy names the source of a package of a distribution. */
const BUILT_FROM = /^built package from: (\S+) (\S+)$/;

const entryOf = (one: JsonObject): BomEntry => {
  const { facts, licenses } = factsOf(asText(one['comment'], 64 * 1024) ?? '');
  const version = asText(one['versionInfo'], 512);
  const stated = asText(one['sourceInfo'], 64 * 1024)?.split('\n') ?? [];
  const [, sourceName, sourceVersion] = BUILT_FROM.exec(stated[0] ?? '') ?? [];
  if (sourceName !== undefined && sourceVersion !== undefined && !facts.has('ecosystem'))
    facts.set('sourceName', sourceName).set('sourceVersion', sourceVersion);
  return {
    name: asText(one['name'], 512) ?? '',
    version: isNothing(version) ? '' : (version ?? ''),
    purl: referenceOf(one, /(?:^|[/#])purl$/),
    cpe: referenceOf(one, /cpe23Type$/),
    locations: facts.has('ecosystem') ? stated : [],
    licenses: licenses.length > 0 ? licenses : licencesOf(one),
    facts,
  };
};

/** Reads an SPDX 2.x document in JSON. */
export const readSpdx = (document: JsonObject): ReadBom => {
  const all = asList(document['packages']);
  const packages = all
    .slice(0, MAX_PACKAGES)
    .map(asObject)
    .filter((one) => one !== undefined);
  const system = packages.find((one) => SYSTEM.has(asText(one['primaryPackagePurpose']) ?? ''));
  const id = asText(system?.['name'], 64)?.toLowerCase();
  const version = asText(system?.['versionInfo'], 64);
  return {
    format: 'spdx',
    specVersion: (asText(document['spdxVersion'], 16) ?? '').replace(/^SPDX-/, ''),
    subject: asText(document['name'], 512) ?? '',
    entries: packages
      .filter(
        (one) => !HOLDERS.has(asText(one['primaryPackagePurpose']) ?? '') && one['SPDXID'] !== OWN_SUBJECT,
      )
      .map(entryOf),
    leftOut: Math.max(0, all.length - MAX_PACKAGES),
    ...(id === undefined ? {} : { system: { id, versionId: isNothing(version) ? '' : (version ?? '') } }),
  };
};

const TEXT_START = '<text>';
const TEXT_END = '</text>';

/** The document without its longer values. In one pass: a start without an end has no end further on either. */
const withoutTexts = (text: string): string => {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(TEXT_START, at);
    const end = start === -1 ? -1 : text.indexOf(TEXT_END, start + TEXT_START.length);
    if (end === -1) break;
    kept.push(text.slice(at, start));
    at = end + TEXT_END.length;
  }
  kept.push(text.slice(at));
  return kept.join('');
};

const TAG = /^[A-Za-z]{1,64}$/;
/** Ends of lines that are not ours: a value does not reach over them. */
const LINE_END = /[\r\u2028\u2029]/;

/** `Tag: value`; nothing for a line of another form. */
const tagIn = (line: string): readonly [tag: string, value: string] | undefined => {
  const colon = line.indexOf(':');
  const tag = line.slice(0, Math.max(colon, 0));
  const value = line.slice(colon + 1).trim();
  return TAG.test(tag) && !LINE_END.test(value) ? [tag, value] : undefined;
};

/** Reads an SPDX 2.x document in tag-value form: `Tag: value`, longer values between `<text>` and `</text>`. */
export const readSpdxTagValue = (text: string): ReadBom => {
  const packages: JsonObject[] = [];
  let head: { [key: string]: unknown } = {};
  let current: { [key: string]: unknown } | undefined;
  let references: JsonObject[] = [];
  const plain = withoutTexts(text.slice(0, 256 * 1024 * 1024));
  for (const line of plain.split('\n', 5_000_000)) {
    const [tag, value = ''] = tagIn(line) ?? [];
    if (tag === 'SPDXVersion') head = { ...head, spdxVersion: value };
    else if (tag === 'DocumentName') head = { ...head, name: value };
    else if (tag === 'FileName' || tag === 'SnippetSPDXID') current = undefined;
    else if (tag === 'PackageName') {
      references = [];
      current = { name: value, externalRefs: references };
      packages.push(current);
    } else if (tag === 'PackageVersion' && current !== undefined) current['versionInfo'] = value;
    else if (tag === 'ExternalRef' && current !== undefined) {
      const [, referenceType, referenceLocator] = /^\S+\s+(\S+)\s+(\S+)/.exec(value) ?? [];
      references.push({ referenceType, referenceLocator });
    } else if (tag === 'PrimaryPackagePurpose' && current !== undefined)
      current['primaryPackagePurpose'] = value;
    else if (tag === 'PackageSourceInfo' && current !== undefined) current['sourceInfo'] = value;
  }
  return readSpdx({ ...head, packages });
};

const identifierOf = (one: JsonObject, type: string): string | undefined =>
  asText(
    asList(one['externalIdentifier'])
      .map(asObject)
      .find((item) => item?.['externalIdentifierType'] === type)?.['identifier'],
    4096,
  );

/** Reads an SPDX 3.0 document (JSON-LD with the context of the specification). */
export const readSpdx3 = (document: JsonObject): ReadBom => {
  const all = asList(document['@graph']);
  const graph = all
    .slice(0, MAX_PACKAGES * 2)
    .map(asObject)
    .filter((one) => one !== undefined);
  const packages = graph.filter(
    (one) => one['type'] === 'software_Package' || one['@type'] === 'software_Package',
  );
  const purposeOf = (one: JsonObject): string => asText(one['software_primaryPurpose']) ?? '';
  const system = packages.find((one) => purposeOf(one) === 'operatingSystem');
  const id = asText(system?.['name'], 64)?.toLowerCase();
  const created = graph.find((one) => one['type'] === 'CreationInfo');
  const head = graph.find((one) => one['type'] === 'SpdxDocument');
  const isHolder = (one: JsonObject): boolean =>
    ['operatingSystem', 'container', 'device', 'file'].includes(purposeOf(one)) ||
    /^urn:uuid:[0-9a-f-]{36}#subject$/.test(asText(one['spdxId']) ?? '');
  return {
    format: 'spdx',
    specVersion: asText(created?.['specVersion'], 16) ?? '3.0',
    subject: asText(head?.['name'], 512) ?? '',
    entries: packages
      .filter((one) => !isHolder(one))
      .map((one) => ({
        name: asText(one['name'], 512) ?? '',
        version: asText(one['software_packageVersion'], 512) ?? '',
        purl: asText(one['software_packageUrl'], 4096) ?? identifierOf(one, 'packageUrl'),
        cpe: identifierOf(one, 'cpe23'),
        ...factsOf(asText(one['comment'], 64 * 1024) ?? ''),
      })),
    leftOut: Math.max(0, all.length - MAX_PACKAGES * 2),
    ...(id === undefined
      ? {}
      : { system: { id, versionId: asText(system?.['software_packageVersion'], 64) ?? '' } }),
  };
};
