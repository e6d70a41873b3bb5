// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { uuidOf } from '../sbom/bom.ts';
import { isJustified } from './apply-vex.ts';
import {
  iriOf,
  type VexJustification,
  type VexProduct,
  type VexStatement,
  type VexStatus,
} from './statement.ts';

/** Formats written. */
export const VEX_FORMATS = ['openvex', 'csaf', 'cyclonedx'] as const;
export type VexFormat = (typeof VEX_FORMATS)[number];

/** What stands at the head of a document. */
export interface VexHead {
  readonly author: string;
  /** URI of the author, which CSAF demands. */
  readonly namespace: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

const idOf = (statements: readonly VexStatement[], head: VexHead, format: VexFormat): string =>
  uuidOf(JSON.stringify([format, head, statements]));

const said = (statement: VexStatement): object => {
  if (statement.detail === undefined)
    return statement.status === 'affected' ? { action_statement: 'none stated' } : {};
  if (statement.status === 'not_affected') return { impact_statement: statement.detail };
  return statement.status === 'affected'
    ? { action_statement: statement.detail }
    : { status_notes: statement.detail };
};

const toOpenVex = (statements: readonly VexStatement[], head: VexHead): object => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': `urn:uuid:${idOf(statements, head, 'openvex')}`,
  author: head.author,
  timestamp: head.createdAt,
  version: 1,
  statements: statements.map((statement) => ({
    vulnerability: {
      name: statement.vulnerability,
      ...(statement.aliases.length === 0 ? {} : { aliases: statement.aliases }),
    },
    products: statement.products.map((product) => ({
      '@id': iriOf(product.purl ?? product.id),
      ...(product.purl === undefined && product.cpe === undefined
        ? {}
        : {
            identifiers: {
              ...(product.purl === undefined ? {} : { purl: product.purl }),
              ...(product.cpe === undefined ? {} : { cpe23: product.cpe }),
            },
          }),
      ...(product.parts.length === 0
        ? {}
        : { subcomponents: product.parts.map((part) => ({ '@id': iriOf(part) })) }),
    })),
    status: statement.status,
    ...(statement.justification === undefined ? {} : { justification: statement.justification }),
    ...said(statement),
  })),
});

const LISTS: Readonly<Record<VexStatus, string>> = {
  not_affected: 'known_not_affected',
  affected: 'known_affected',
  fixed: 'fixed',
  under_investigation: 'under_investigation',
};

interface Numbered {
  readonly id: string;
  readonly product: VexProduct;
}

/** Ids of products: of what they are, not of the order they come in. */
const number = (product: VexProduct): Numbered => ({
  id: `P-${uuidOf(JSON.stringify(product)).slice(0, 18)}`,
  product,
});

/** A part of an image is a product of its own, related to the image. */
const treeOf = (products: readonly VexProduct[]): object => {
  const names = new Map<string, object>();
  const relationships = new Map<string, object>();
  const add = (product: VexProduct): string => {
    const { id } = number(product);
    const helper = {
      ...(product.cpe === undefined ? {} : { cpe: product.cpe }),
      ...(product.purl === undefined ? {} : { purl: product.purl }),
    };
    names.set(id, {
      product_id: id,
      name: product.id,
      ...(Object.keys(helper).length === 0 ? {} : { product_identification_helper: helper }),
    });
    return id;
  };
  for (const product of products) {
    if (product.parts.length === 0) {
      add(product);
      continue;
    }
    const whole = add({ ...product, parts: [] });
    for (const part of product.parts) {
      const inner = add({ id: part, ...(part.startsWith('pkg:') ? { purl: part } : {}), parts: [] });
      const { id } = number({ ...product, parts: [part] });
      relationships.set(id, {
        category: 'default_component_of',
        full_product_name: { product_id: id, name: `${part} in ${product.id}` },
        product_reference: inner,
        relates_to_product_reference: whole,
      });
    }
  }
  return {
    full_product_names: [...names.values()],
    ...(relationships.size === 0 ? {} : { relationships: [...relationships.values()] }),
  };
};

const idsIn = (statement: VexStatement): string[] =>
  statement.products.flatMap((product) =>
    product.parts.length === 0
      ? [number(product).id]
      : product.parts.map((part) => number({ ...product, parts: [part] }).id),
  );

const csafVulnerability = (statement: VexStatement): object => {
  const products = idsIn(statement);
  const { status, detail, justification, vulnerability } = statement;
  const isCve = /^CVE-\d{4}-\d{4,}$/.test(vulnerability);
  const ids = [...(isCve ? [] : [vulnerability]), ...statement.aliases];
  return {
    ...(isCve ? { cve: vulnerability } : {}),
    ...(ids.length === 0 ? {} : { ids: ids.map((text) => ({ system_name: 'id', text })) }),
    notes: [{ category: 'description', text: vulnerability }],
    product_status: { [LISTS[status]]: products },
    ...(justification === undefined ? {} : { flags: [{ label: justification, product_ids: products }] }),
    ...(status === 'not_affected' && detail !== undefined
      ? { threats: [{ category: 'impact', details: detail, product_ids: products }] }
      : {}),
    ...(status === 'affected' || (status !== 'not_affected' && detail !== undefined)
      ? {
          remediations: [
            {
              category: detail === undefined ? 'none_available' : 'workaround',
              details: detail ?? 'none stated',
              product_ids: products,
            },
          ],
        }
      : {}),
  };
};

const toCsaf = (statements: readonly VexStatement[], head: VexHead): object => ({
  document: {
    category: 'csaf_vex',
    csaf_version: '2.0',
    publisher: { category: 'user', name: head.author, namespace: head.namespace },
    title: 'Vulnerability statements',
    tracking: {
      id: idOf(statements, head, 'csaf'),
      status: 'final',
      version: '1',
      initial_release_date: head.createdAt,
      current_release_date: head.createdAt,
      revision_history: [{ date: head.createdAt, number: '1', summary: 'First version' }],
    },
  },
  product_tree: treeOf(statements.flatMap((statement) => statement.products)),
  vulnerabilities: statements.map(csafVulnerability),
});

const STATES: Readonly<Record<VexStatus, string>> = {
  not_affected: 'not_affected',
  affected: 'exploitable',
  fixed: 'resolved',
  under_investigation: 'in_triage',
};
const CODES: Readonly<Record<VexJustification, string>> = {
  component_not_present: 'requires_dependency',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  vulnerable_code_cannot_be_controlled_by_adversary: 'requires_configuration',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
};

/** Statements that say the same of the same products are one: no format allows an item twice. */
const distinct = (statements: readonly VexStatement[]): VexStatement[] => [
  ...new Map(statements.map((one) => [JSON.stringify({ ...one, source: undefined }), one])).values(),
];

const toCycloneDxVex = (statements: readonly VexStatement[], head: VexHead): object => {
  const components = new Map(
    statements
      .flatMap((statement) => statement.products)
      .map((product) => {
        const reference = product.purl ?? product.id;
        return [
          reference,
          {
            type: product.digest === undefined ? 'library' : 'container',
            'bom-ref': reference,
            name: product.id,
            ...(product.cpe === undefined ? {} : { cpe: product.cpe }),
            ...(product.purl === undefined ? {} : { purl: product.purl }),
          },
        ] as const;
      }),
  );
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${idOf(statements, head, 'cyclonedx')}`,
    version: 1,
    metadata: { timestamp: head.createdAt, supplier: { name: head.author } },
    components: [...components.values()],
    vulnerabilities: statements.map((statement) => ({
      id: statement.vulnerability,
      ...(statement.aliases.length === 0
        ? {}
        : { references: statement.aliases.map((id) => ({ id, source: { name: 'alias' } })) }),
      analysis: {
        state: STATES[statement.status],
        ...(statement.justification === undefined ? {} : { justification: CODES[statement.justification] }),
        ...(statement.detail === undefined ? {} : { detail: statement.detail }),
      },
      affects: statement.products.map((product) => ({ ref: product.purl ?? product.id })),
    })),
  };
};

/** The statements that a format can hold: CycloneDX has no parts of products, and OpenVEX no "not affected" without a reason. */
export const expressible = (statements: readonly VexStatement[], format: VexFormat): VexStatement[] =>
  statements.filter((statement) => {
    if (format === 'cyclonedx') return statement.products.every((product) => product.parts.length === 0);
    return format === 'csaf' || isJustified(statement);
  });

const WRITERS = { openvex: toOpenVex, csaf: toCsaf, cyclonedx: toCycloneDxVex };

/** Writes the expressible ones of these statements. The same statements give the same text, byte by byte. */
export const writeVex = (statements: readonly VexStatement[], head: VexHead, format: VexFormat): string =>
  `${JSON.stringify(WRITERS[format](distinct(expressible(statements, format)), head), null, 2)}\n`;
