// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a statement says of a product (CISA, "Minimum Requirements for VEX", 2023). */
export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

/** Why a product is not affected: the five labels that OpenVEX and CSAF share. */
export const VEX_JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
export type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** What a statement is about: a package by its URL, an image by its digest, or a name that nothing here matches. */
export interface VexProduct {
  readonly id: string;
  readonly purl?: string;
  readonly cpe?: string;
  /** Digest of an image, `sha256:...`. */
  readonly digest?: string;
  /** The part of the product the statement is about: package URLs. Empty = all of it. */
  readonly parts: readonly string[];
}

/** Where a statement comes from. */
export interface VexSource {
  readonly format: 'openvex' | 'csaf' | 'cyclonedx';
  /** Id of the document. */
  readonly document: string;
  readonly author: string;
  /** RFC 3339; empty where the document does not say. */
  readonly timestamp: string;
}

/** One statement about one vulnerability. */
export interface VexStatement {
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly status: VexStatus;
  readonly justification?: VexJustification;
  /** In the words of the author: why not affected, or what to do. */
  readonly detail?: string;
  readonly products: readonly VexProduct[];
  readonly source: VexSource;
}

/** A document taken apart. */
export interface VexDocument {
  readonly format: VexSource['format'];
  readonly statements: readonly VexStatement[];
  /** Statements that cannot be used, and why: without a vulnerability, a product or a status. */
  readonly unusable: readonly string[];
}

/** Most statements and products of one document that are read. */
export const MAX_STATEMENTS = 200_000;
export const MAX_TEXT = 2_000;

/** What a document says of statements that are beyond what is read. */
export const beyond = (most: number, count: number, what: string): string[] =>
  count <= 0 ? [] : [`${count} more ${what} are not read: at most ${most} are`];

/** The value as one of a closed list. */
export const oneOf = <T extends string>(list: readonly T[], value: unknown): T | undefined =>
  list.find((item) => item === value);

/** The digest in an identifier: `pkg:oci/x@sha256:...` or `registry/x@sha256:...`, percent-encoded or not. */
export const digestIn = (id: string): string | undefined =>
  /sha256(?::|%3A)([0-9a-f]{64})(?![0-9a-f])/i.exec(id)?.[0].replace(/%3A/i, ':').toLowerCase();

const NAME_PREFIX = 'urn:bartizan:product:';

/** An identifier as an IRI, which OpenVEX demands: a plain name is wrapped. */
export const iriOf = (id: string): string =>
  /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(id)
    ? id
    : `${NAME_PREFIX}${encodeURIComponent(id.toWellFormed())}`;

/** The identifier that `iriOf` wrapped. */
export const idOfIri = (iri: string): string => {
  if (!iri.startsWith(NAME_PREFIX)) return iri;
  try {
    return decodeURIComponent(iri.slice(NAME_PREFIX.length));
  } catch {
    return iri;
  }
};

/** A product by an identifier alone. */
export const productOf = (
  id: string,
  more: { purl?: string | undefined; cpe?: string | undefined; parts?: readonly string[] } = {},
): VexProduct => {
  const purl = more.purl ?? (id.startsWith('pkg:') ? id : undefined);
  const digest = digestIn(purl ?? id);
  return {
    id,
    ...(purl === undefined ? {} : { purl }),
    ...(more.cpe === undefined ? {} : { cpe: more.cpe }),
    ...(digest === undefined ? {} : { digest }),
    parts: more.parts ?? [],
  };
};
