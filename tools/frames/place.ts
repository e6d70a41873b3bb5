// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Block, Field, FieldType } from './layout.ts';

/** A field with its place. `at` counts from the start of the frame. */
export type Placed = Field & Readonly<{ at: number; stepBytes: number }>;

export type PlacedBlock = Readonly<{
  name: string;
  about: string;
  start: number;
  end: number;
  fields: Placed[];
}>;

const sizes: Readonly<Record<FieldType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  time: 8,
  count: 8,
  id: 8,
  bits: 8,
  text: 4,
  address: 16,
};

const alignments: Readonly<Record<FieldType, number>> = { ...sizes, text: 2, address: 1 };

/** Gives each field its place. Throws when a field is not naturally aligned or the block is no multiple of 8. */
export function place(block: Block, start: number): PlacedBlock {
  let at = start;
  const fields: Placed[] = [];
  for (const field of block.fields) {
    const stepBytes = sizes[field.type];
    if (at % alignments[field.type] !== 0)
      throw new Error(`${block.name}.${field.name} is not aligned (${at})`);
    fields.push({ ...field, at, stepBytes });
    at += stepBytes * (field.repeat ?? 1);
  }
  if (at % 8 !== 0) throw new Error(`${block.name} ends at ${at}, no multiple of 8`);
  return { name: block.name, about: block.about, start, end: at, fields };
}
