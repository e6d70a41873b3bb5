// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import {
  beyond,
  digestIn,
  MAX_STATEMENTS,
  MAX_TEXT,
  productOf,
  type VexDocument,
  type VexJustification,
  type VexProduct,
  type VexSource,
  type VexStatement,
  type VexStatus,
} from './statement.ts';

const MAX_DEPTH = 64;

/** States of CycloneDX's analysis; a false positive is a product that is not affected. */
const STATES: Readonly<Record<string, VexStatus>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};

/** CycloneDX has nine justifications; each is one of the five under another name. */
const JUSTIFICATIONS: Readonly<Record<string, VexJustification>> = {
  code_not_present: 'vulnerable_code_not_present',
  code_not_reachable: 'vulnerable_code_not_in_execute_path',
  requires_configuration: 'vulnerable_code_cannot_be_controlled_by_adversary',
  requires_dependency: 'component_not_present',
  requires_environment: 'vulnerable_code_cannot_be_controlled_by_adversary',
  protected_by_compiler: 'inline_mitigations_already_exist',
  protected_at_runtime: 'inline_mitigations_already_exist',
  protected_at_perimeter: 'inline_mitigations_already_exist',
  protected_by_mitigating_control: 'inline_mitigations_already_exist',
};

const productFrom = (component: JsonObject): VexProduct => {
  const name = `${asText(component['name'], 512) ?? ''} ${asText(component['version'], 512) ?? ''}`.trim();
  return productOf(name, { purl: asText(component['purl'], MAX_TEXT), cpe: asText(component['cpe'], 256) });
};

/** What the document is about, where that is an image: its digest is in the package URL, the version, or beside it. */
const imageOf = (subject: JsonObject | undefined): VexProduct | undefined => {
  if (subject === undefined) return undefined;
  const product = productFrom(subject);
  if (product.digest !== undefined) return product;
  const hash = asList(subject['hashes'])
    .map(asObject)
    .find((one) => one?.['alg'] === 'SHA-256');
  const stated =
    digestIn(asText(subject['version']) ?? '') ?? digestIn(`sha256:${asText(hash?.['content'])}`);
  return stated === undefined ? undefined : { ...product, digest: stated };
};

/** What is said of a component of an image holds in that image only. */
const within = (image: VexProduct | undefined, product: VexProduct): VexProduct =>
  image === undefined || product.digest !== undefined
    ? product
    : { ...image, parts: [product.purl ?? product.id] };

interface Components {
  readonly image: VexProduct | undefined;
  readonly products: ReadonlyMap<string, VexProduct>;
  readonly leftOut: number;
}

/** Package URL, or else name and version, of each component by its reference. */
const readComponents = (document: JsonObject): Components => {
  const products = new Map<string, VexProduct>();
  const subject = asObject(asObject(document['metadata'])?.['component']);
  const image = imageOf(subject);
  let leftOut = 0;
  const pending = [
    { list: [...(subject === undefined ? [] : [subject]), ...asList(document['components'])], depth: 0 },
  ];
  for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
    for (const component of level.list.map(asObject)) {
      const reference = asText(component?.['bom-ref'], MAX_TEXT);
      if (component === undefined) continue;
      if (reference !== undefined && products.size >= MAX_STATEMENTS) leftOut += 1;
      else if (reference !== undefined) {
        const isImage = image !== undefined && component === subject;
        products.set(reference, isImage ? image : within(image, productFrom(component)));
      }
      const list = [...asList(component['components'])];
      if (level.depth < MAX_DEPTH) pending.push({ list, depth: level.depth + 1 });
      else leftOut += list.length;
    }
  }
  return { image, products, leftOut };
};

/** `urn:cdx:serial/version#reference` points into another document: its reference may still be a package URL. */
const productFor = (reference: string, { image, products }: Components): VexProduct => {
  const known = products.get(reference);
  if (known !== undefined) return known;
  const hash = reference.startsWith('urn:cdx:') ? reference.indexOf('#') : -1;
  const inner = hash < 0 ? reference : reference.slice(hash + 1);
  try {
    return within(image, productOf(inner.startsWith('pkg%3A') ? decodeURIComponent(inner) : inner));
  } catch {
    return within(image, productOf(inner));
  }
};

const readVulnerability = (
  item: JsonObject,
  components: Components,
  source: VexSource,
): VexStatement | string | undefined => {
  const analysis = asObject(item['analysis']);
  // A vulnerability without an analysis is a finding of somebody's scanner, and no statement.
  if (analysis === undefined) return undefined;
  const vulnerability = asText(item['id'], 128);
  const status = STATES[asText(analysis['state']) ?? ''];
  if (vulnerability === undefined) return 'a vulnerability without an id';
  if (status === undefined) return `${vulnerability}: a state that is none`;
  const affects = asList(item['affects']).flatMap((one) => asText(asObject(one)?.['ref'], MAX_TEXT) ?? []);
  if (affects.length === 0) return `${vulnerability}: no product`;
  const stated = asText(analysis['justification']);
  const isFalse = analysis['state'] === 'false_positive';
  const justification = JUSTIFICATIONS[stated ?? ''] ?? (isFalse ? 'vulnerable_code_not_present' : undefined);
  const detail = asText(analysis['detail'], MAX_TEXT);
  return {
    vulnerability,
    aliases: asList(item['references']).flatMap((one) => asText(asObject(one)?.['id'], 128) ?? []),
    status,
    ...(status === 'not_affected' && justification !== undefined ? { justification } : {}),
    ...(detail === undefined ? {} : { detail }),
    products: affects.map((reference) => productFor(reference, components)),
    source: {
      ...source,
      timestamp: asText(analysis['lastUpdated'] ?? item['updated'], 64) ?? source.timestamp,
    },
  };
};

/** Whether a CycloneDX document holds statements. */
export const isCycloneDxVex = (document: JsonObject): boolean =>
  document['bomFormat'] === 'CycloneDX' && Array.isArray(document['vulnerabilities']);

/** Reads the statements of a CycloneDX document, 1.4 and later. */
export const readCycloneDxVex = (document: JsonObject): VexDocument => {
  const metadata = asObject(document['metadata']);
  const source: VexSource = {
    format: 'cyclonedx',
    document: asText(document['serialNumber'], MAX_TEXT) ?? '',
    author: asText(asObject(metadata?.['supplier'] ?? metadata?.['manufacture'])?.['name'], 256) ?? '',
    timestamp: asText(metadata?.['timestamp'], 64) ?? '',
  };
  const components = readComponents(document);
  const all = asList(document['vulnerabilities']);
  const read = all
    .slice(0, MAX_STATEMENTS)
    .map((item) => readVulnerability(asObject(item) ?? {}, components, source));
  return {
    format: 'cyclonedx',
    statements: read.filter((item) => typeof item === 'object'),
    unusable: [
      ...read.filter((item) => typeof item === 'string'),
      ...beyond(MAX_STATEMENTS, all.length - MAX_STATEMENTS, 'vulnerabilities'),
      ...(components.leftOut === 0
        ? []
        : [`${components.leftOut} components or more are not read: nested too deep, or too many`]),
    ],
  };
};
