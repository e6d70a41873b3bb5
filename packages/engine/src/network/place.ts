// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import type { Mark } from './marks.ts';

/** Distance of columns and rows. */
export const COLUMN = 220;
export const ROW = 90;
/** Rows of a column before it goes on beside itself. */
const ROWS_MAX = 14;

interface Place {
  readonly x: number;
  readonly y: number;
}
interface Block {
  readonly id: string;
  readonly marks: readonly Mark[];
  readonly columns: number;
  readonly rows: number;
}
type Links = ReadonlyMap<string, ReadonlySet<string>>;

function blocksOf(marks: readonly Mark[]): Block[] {
  return [...Map.groupBy(marks, ({ block }) => block)]
    .map(([id, members]) => {
      const columns = Math.ceil(Math.sqrt(members.length));
      return { id, marks: members, columns, rows: Math.ceil(members.length / columns) };
    })
    .sort((one, two) => (one.id < two.id ? -1 : 1));
}

function linksOf(edges: readonly MapEdge[], blockOf: ReadonlyMap<string, string>): Links {
  const links = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const source = blockOf.get(from);
    const target = blockOf.get(to);
    if (source === undefined || target === undefined || source === target) continue;
    const targets = links.get(source) ?? new Set<string>();
    targets.add(target);
    links.set(source, targets);
  }
  return links;
}

/** How many clients each block has among these blocks; the outside is at the edge anyway and holds nobody back. */
function clientsWaitingFor(ids: readonly string[], links: Links): Map<string, number> {
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const target of ids.flatMap((id) => [...(links.get(id) ?? [])])) {
    const count = waiting.get(target);
    if (count !== undefined) waiting.set(target, count + 1);
  }
  return waiting;
}

/**
 * Layer of each block: one more than its highest client. A circle is opened at the block with the fewest clients left,
 * by name when several have as few, so that the same map always gets the same layers.
 */
function layersOf(ids: readonly string[], links: Links): Map<string, number> {
  const waiting = clientsWaitingFor(ids, links);
  const layers = new Map<string, number>();
  while (waiting.size > 0) {
    const fewest = Math.min(...waiting.values());
    const ready = [...waiting].filter(([, count]) => count === fewest).map(([id]) => id);
    for (const id of fewest === 0 ? ready : ready.slice(0, 1)) {
      waiting.delete(id);
      const layer = layers.get(id) ?? 0;
      layers.set(id, layer);
      for (const target of links.get(id) ?? []) {
        const count = waiting.get(target);
        if (count === undefined) continue;
        waiting.set(target, count - 1);
        layers.set(target, Math.max(layers.get(target) ?? 0, layer + 1));
      }
    }
  }
  return layers;
}

class Canvas {
  readonly places = new Map<string, Place>();
  private right = 0;

  /** Puts blocks under each other, starting a new column when one is full; returns nothing, the canvas grows right. */
  addColumn(blocks: readonly Block[]): void {
    let row = 0;
    let widest = 0;
    for (const block of blocks) {
      if (row > 0 && row + block.rows > ROWS_MAX) {
        this.right += widest + 1;
        row = 0;
        widest = 0;
      }
      this.put(block, row);
      row += block.rows + (block.marks.length > 1 ? 1 : 0);
      widest = Math.max(widest, block.columns);
    }
    this.right += widest + 1;
  }

  private put(block: Block, row: number): void {
    for (const [at, mark] of block.marks.entries())
      this.places.set(mark.id, {
        x: (this.right + (at % block.columns)) * COLUMN,
        y: (row + Math.floor(at / block.columns)) * ROW,
      });
  }
}

/** Height at which a block would stand straight beside the blocks it talks with. */
function pull(block: Block, partners: Links, canvas: Canvas, first: ReadonlyMap<string, string>): number {
  const heights = [...(partners.get(block.id) ?? [])].flatMap((id) => {
    const place = canvas.places.get(first.get(id) ?? '');
    return place === undefined ? [] : [place.y];
  });
  if (heights.length === 0) return Number.MAX_SAFE_INTEGER;
  return heights.reduce((sum, y) => sum + y, 0) / heights.length;
}

function partnersOf(links: Links): Links {
  const partners = new Map<string, Set<string>>();
  const join = (one: string, two: string): void => {
    const known = partners.get(one) ?? new Set<string>();
    known.add(two);
    partners.set(one, known);
  };
  for (const [source, targets] of links)
    for (const target of targets) {
      join(source, target);
      join(target, source);
    }
  return partners;
}

/**
 * Places marks: clients left, servers right, what talks with nobody after them, the outside at the right edge. No
 * chance and no iteration until rest: the same marks and edges give the same places.
 */
export function placeMarks(marks: readonly Mark[], edges: readonly MapEdge[]): ReadonlyMap<string, Place> {
  const inside = blocksOf(marks.filter(({ kind }) => kind !== 'external'));
  const outside = blocksOf(marks.filter(({ kind }) => kind === 'external'));
  const all = [...inside, ...outside];
  const blockOf = new Map(all.flatMap(({ id, marks: members }) => members.map((mark) => [mark.id, id])));
  const first = new Map(all.map(({ id, marks: members }) => [id, members[0]?.id ?? '']));
  const links = linksOf(edges, blockOf);
  const partners = partnersOf(links);
  const layers = layersOf(
    inside.map(({ id }) => id),
    links,
  );
  const canvas = new Canvas();
  const ordered = (blocks: readonly Block[]): Block[] =>
    blocks
      .map((block) => ({ block, y: pull(block, partners, canvas, first) }))
      .sort((one, two) => one.y - two.y || (one.block.id < two.block.id ? -1 : 1))
      .map(({ block }) => block);
  const talking = inside.filter(({ id }) => partners.has(id));
  const byLayer = Map.groupBy(talking, ({ id }) => layers.get(id) ?? 0);
  for (const layer of [...byLayer.keys()].sort((one, two) => one - two))
    canvas.addColumn(ordered(byLayer.get(layer) ?? []));
  const silent = inside.filter(({ id }) => !partners.has(id));
  if (silent.length > 0) canvas.addColumn(silent);
  if (outside.length > 0) canvas.addColumn(ordered(outside));
  return canvas.places;
}
