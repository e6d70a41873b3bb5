// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import { recordValues, syncNoun, upsertSql } from './entity-schema.ts';
import type { NounSpec } from './fields.ts';

interface Thing {
  readonly id: string;
  readonly tenant: string;
  readonly colour: string;
  readonly weight: number;
}
const before: NounSpec<Thing> = {
  table: 'things',
  visibility: 'both',
  owner: (item) => ({ cluster: 'local', tenant: item.tenant }),
  id: (item) => item.id,
  fields: [{ name: 'colour', kind: 'text', read: (item) => item.colour, indexed: true }],
  words: (item) => [item.id],
  defaultSort: { field: 'colour', descending: false },
};
const after: NounSpec<Thing> = {
  ...before,
  fields: [...before.fields, { name: 'weight', kind: 'number', read: (item) => item.weight }],
};

let database: Database;
beforeEach(() => {
  database = new Database(':memory:');
  database.exec('CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID');
  syncNoun(database, before);
  for (let index = 0; index < 1100; index++) {
    const item = { id: `t-${index}`, tenant: index % 2 === 0 ? 'a' : 'b', colour: 'red', weight: index };
    database.run(upsertSql(before), recordValues(before, item));
  }
});

describe('the table of a noun', () => {
  it('is left alone while its fields stay the same', () => {
    expect(syncNoun(database, before)).toBe('same');
  });

  it('is made anew from its records when a field is added, and loses none', () => {
    expect(syncNoun(database, after)).toBe('rebuilt');
    expect(database.number('SELECT count(*) FROM things')).toBe(1100);
    expect(database.number("SELECT count(*) FROM things WHERE f_weight<10 AND tenant='a'")).toBe(5);
    expect(syncNoun(database, after)).toBe('same');
  });

  it('keeps a record that cannot be read as it is, under its owner', () => {
    database.run("UPDATE things SET doc='{broken' WHERE id='t-3'");
    expect(syncNoun(database, after)).toBe('rebuilt');
    expect(database.row("SELECT doc, tenant FROM things WHERE id='t-3'")).toEqual(['{broken', 'b']);
    expect(database.number('SELECT count(*) FROM things')).toBe(1100);
  });
});
