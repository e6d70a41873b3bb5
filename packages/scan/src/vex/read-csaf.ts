// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';
import {
  beyond,
  MAX_STATEMENTS,
  MAX_TEXT,
  oneOf,
  productOf,
  VEX_JUSTIFICATIONS,
  type VexDocument,
  type VexProduct,
  type VexSource,
  type VexStatement,
  type VexStatus,
} from './statement.ts';

const MAX_DEPTH = 32;
/** Reasons kept one by one. */
const MAX_UNUSABLE = 1_000;

/** CSAF 2.0, 3.2.3.9: which list a product stands in says what is known of it. `recommended` says nothing. */
const STATUS_LISTS: Readonly<Record<string, VexStatus>> = {
  known_not_affected: 'not_affected',
  known_affected: 'affected',
  first_affected: 'affected',
  last_affected: 'affected',
  fixed: 'fixed',
  first_fixed: 'fixed',
  under_investigation: 'under_investigation',
};

const readProduct = (product: JsonObject | undefined): [string, VexProduct] | undefined => {
  const id = asText(product?.['product_id'], 512);
  if (id === undefined) return undefined;
  const helper = asObject(product?.['product_identification_helper']);
  return [
    id,
    productOf(asText(product?.['name'], MAX_TEXT) ?? id, {
      purl: asText(helper?.['purl'], MAX_TEXT),
      cpe: asText(helper?.['cpe'], 256),
    }),
  ];
};

/**
 * What a relationship names: a part inside of a whole. What is said of openssl in an appliance is said of no other
 * openssl, so that the whole stays the product, whether it can be known again by a digest or not.
 */
const partOf = (
  product: VexProduct,
  part: VexProduct | undefined,
  container: VexProduct | undefined,
): VexProduct => {
  // A name may quote the digest of what holds it; a package URL with one is that image itself.
  const isImage = product.purl !== undefined && product.digest !== undefined;
  const whole = isImage && container?.digest === undefined ? product : (container ?? { id: product.id });
  const inner = part?.purl ?? (isImage ? undefined : product.purl) ?? part?.id ?? product.id;
  return { ...whole, parts: [inner] };
};

/** Every product of the tree by its id. */
const readTree = (tree: JsonObject | undefined): Map<string, VexProduct> => {
  const products = new Map<string, VexProduct>();
  const add = (item: unknown): void => {
    const read = readProduct(asObject(item));
    if (read !== undefined && products.size < MAX_STATEMENTS) products.set(...read);
  };
  for (const item of asList(tree?.['full_product_names'])) add(item);
  const pending = [{ branches: asList(tree?.['branches']), depth: 0 }];
  for (let level = pending.pop(); level !== undefined; level = pending.pop()) {
    for (const branch of level.branches.map(asObject)) {
      add(branch?.['product']);
      if (level.depth < MAX_DEPTH && branch?.['branches'] !== undefined)
        pending.push({ branches: asList(branch['branches']), depth: level.depth + 1 });
    }
  }
  for (const relationship of asList(tree?.['relationships']).map(asObject)) {
    const whole = readProduct(asObject(relationship?.['full_product_name']));
    if (whole === undefined || products.size >= MAX_STATEMENTS) continue;
    const find = (field: string) => products.get(asText(relationship?.[field], 512) ?? '');
    const [id, product] = whole;
    const [part, container] = [find('product_reference'), find('relates_to_product_reference')];
    products.set(id, partOf(product, part, container));
  }
  return products;
};

/** CSAF 2.0, 3.2.2.4: a group stands for its products wherever products may be named. */
const readGroups = (tree: JsonObject | undefined): Map<string, ReadonlySet<unknown>> =>
  new Map(
    asList(tree?.['product_groups'])
      .map(asObject)
      .flatMap((group) => {
        const id = asText(group?.['group_id'], 512);
        return id === undefined ? [] : [[id, new Set(asList(group?.['product_ids']))]];
      }),
  );

type Groups = ReturnType<typeof readGroups>;

const isAbout = (item: JsonObject, id: string, groups: Groups): boolean =>
  asList(item['product_ids']).includes(id) ||
  asList(item['group_ids']).some((group) => typeof group === 'string' && groups.get(group)?.has(id) === true);

/** What an author says of one product: flags are labels, threats and remediations are texts. */
const saidOf = (
  vulnerability: JsonObject,
  subject: { id: string; status: VexStatus; groups: Groups },
): Pick<VexStatement, 'justification' | 'detail'> => {
  const { id, status, groups } = subject;
  const about = (list: unknown): JsonObject[] =>
    asList(list)
      .map(asObject)
      .filter((item) => item !== undefined && isAbout(item, id, groups))
      .map((item) => item ?? {});
  const label = about(vulnerability['flags'])
    .map((flag) => oneOf(VEX_JUSTIFICATIONS, flag['label']))
    .find((found) => found !== undefined);
  const impact = about(vulnerability['threats']).find((threat) => threat['category'] === 'impact');
  const [action] = about(vulnerability['remediations']);
  const detail = asText((status === 'not_affected' ? impact : action)?.['details'], MAX_TEXT);
  return {
    ...(status === 'not_affected' && label !== undefined ? { justification: label } : {}),
    ...(detail === undefined ? {} : { detail }),
  };
};

const idsOf = (vulnerability: JsonObject): string[] => {
  const cve = asText(vulnerability['cve'], 128);
  const others = asList(vulnerability['ids']).flatMap((item) => asText(asObject(item)?.['text'], 128) ?? []);
  return cve === undefined ? others : [cve, ...others];
};

interface Known {
  readonly products: ReadonlyMap<string, VexProduct>;
  readonly groups: Groups;
  readonly source: VexSource;
}

function* readVulnerability(vulnerability: JsonObject, known: Known): Generator<VexStatement | string> {
  const [id, ...aliases] = idsOf(vulnerability);
  const { products, groups, source } = known;
  const lists = Object.entries(asObject(vulnerability['product_status']) ?? {});
  if (id === undefined) {
    if (lists.length > 0) yield 'a vulnerability without an id';
    return;
  }
  for (const [list, members] of lists) {
    const status = STATUS_LISTS[list];
    if (status === undefined) continue;
    for (const member of asList(members)) {
      const productId = asText(member, 512) ?? '';
      const product = products.get(productId);
      if (product === undefined) yield `${id}: product ${productId} is not in the tree`;
      else
        yield {
          vulnerability: id,
          aliases,
          status,
          ...saidOf(vulnerability, { id: productId, status, groups }),
          products: [product],
          source,
        };
    }
  }
}

/** Whether a document is CSAF. */
export const isCsaf = (document: JsonObject): boolean =>
  asText(asObject(document['document'])?.['csaf_version']) !== undefined;

/** Reads a CSAF 2.0 document of any category that has product statuses. */
export const readCsaf = (document: JsonObject): VexDocument => {
  const head = asObject(document['document']);
  const tracking = asObject(head?.['tracking']);
  const source: VexSource = {
    format: 'csaf',
    document: asText(tracking?.['id'], MAX_TEXT) ?? '',
    author: asText(asObject(head?.['publisher'])?.['name'], 256) ?? '',
    timestamp: asText(tracking?.['current_release_date'], 64) ?? '',
  };
  const tree = asObject(document['product_tree']);
  const known: Known = { products: readTree(tree), groups: readGroups(tree), source };
  const statements: VexStatement[] = [];
  const unusable: string[] = [];
  let more = 0;
  for (const item of asList(document['vulnerabilities']).map(asObject)) {
    for (const read of readVulnerability(item ?? {}, known)) {
      if (typeof read === 'string') unusable.push(read);
      else if (statements.length < MAX_STATEMENTS) statements.push(read);
      else more += 1;
    }
  }
  return {
    format: 'csaf',
    statements,
    unusable: [
      ...unusable.slice(0, MAX_UNUSABLE),
      ...beyond(MAX_UNUSABLE, unusable.length - MAX_UNUSABLE, 'statements that cannot be used'),
      ...beyond(MAX_STATEMENTS, more, 'statements'),
    ],
  };
};
