// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import {
  beyond,
  idOfIri,
  MAX_STATEMENTS,
  MAX_TEXT,
  oneOf,
  productOf,
  VEX_JUSTIFICATIONS,
  VEX_STATUSES,
  type VexDocument,
  type VexProduct,
  type VexSource,
  type VexStatement,
} from './statement.ts';

/** Before 0.2.0 a product was a text; since then an object with an id and identifiers. */
const readProduct = (value: unknown, parts: readonly string[]): VexProduct[] => {
  const one = asObject(value);
  const identifiers = asObject(one?.['identifiers']);
  const purl = asText(identifiers?.['purl'], MAX_TEXT);
  const cpe = asText(identifiers?.['cpe23'], 256);
  const digest = asText(asObject(one?.['hashes'])?.['sha-256'], 64);
  const id = asText(value, MAX_TEXT) ?? asText(one?.['@id'], MAX_TEXT) ?? purl ?? cpe;
  if (id === undefined) return [];
  const below = asList(one?.['subcomponents']).flatMap((part) => {
    const object = asObject(part);
    return (
      asText(part, MAX_TEXT) ??
      asText(asObject(object?.['identifiers'])?.['purl'], MAX_TEXT) ??
      asText(object?.['@id'], MAX_TEXT) ??
      []
    );
  });
  const product = productOf(idOfIri(id), { purl, cpe, parts: [...below, ...parts].map(idOfIri) });
  return [
    digest === undefined || product.digest !== undefined
      ? product
      : { ...product, digest: `sha256:${digest}` },
  ];
};

const nameOf = (vulnerability: unknown): string | undefined => {
  const one = asObject(vulnerability);
  return asText(vulnerability, 128) ?? asText(one?.['name'], 128) ?? asText(one?.['@id'], 128);
};

const readStatement = (statement: JsonObject, source: VexSource): VexStatement | string => {
  const vulnerability = nameOf(statement['vulnerability']);
  const status = oneOf(VEX_STATUSES, statement['status']);
  // 0.0.1 kept subcomponents beside the products.
  const parts = asList(statement['subcomponents']).flatMap((part) => asText(part, MAX_TEXT) ?? []);
  const products = asList(statement['products']).flatMap((product) => readProduct(product, parts));
  if (vulnerability === undefined) return 'a statement without a vulnerability';
  if (status === undefined) return `${vulnerability}: a status that is none`;
  if (products.length === 0) return `${vulnerability}: no product`;
  const justification = oneOf(VEX_JUSTIFICATIONS, statement['justification']);
  const detail = asText(
    statement['impact_statement'] ?? statement['action_statement'] ?? statement['status_notes'],
    MAX_TEXT,
  );
  return {
    vulnerability,
    aliases: asList(asObject(statement['vulnerability'])?.['aliases']).flatMap(
      (alias) => asText(alias, 128) ?? [],
    ),
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(detail === undefined ? {} : { detail }),
    products,
    source: { ...source, timestamp: asText(statement['timestamp'], 64) ?? source.timestamp },
  };
};

/** Whether a document is OpenVEX, by its context. */
export const isOpenVex = (document: JsonObject): boolean =>
  /^https:\/\/openvex\.dev\/ns/.test(asText(document['@context']) ?? '');

/** Reads an OpenVEX document, 0.0.1 to 0.2.0. */
export const readOpenVex = (document: JsonObject): VexDocument => {
  const source: VexSource = {
    format: 'openvex',
    document: asText(document['@id'], MAX_TEXT) ?? '',
    author: asText(document['author'], 256) ?? '',
    timestamp: asText(document['timestamp'], 64) ?? '',
  };
  const all = asList(document['statements']);
  const read = all.slice(0, MAX_STATEMENTS).map((item) => readStatement(asObject(item) ?? {}, source));
  return {
    format: 'openvex',
    statements: read.filter((item) => typeof item !== 'string'),
    unusable: [
      ...read.filter((item) => typeof item === 'string'),
      ...beyond(MAX_STATEMENTS, all.length - MAX_STATEMENTS, 'statements'),
    ],
  };
};
