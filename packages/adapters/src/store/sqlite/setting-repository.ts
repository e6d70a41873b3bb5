// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { invariant, ok, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { SettingRepository, Stored } from '../ports.ts';
import { textOf } from './database.ts';

/** Named values of the product. A tenant scope has names of its own, which others never see. */
const nameFor = (scope: Scope, name: string): string => `${prefixFor(scope)}${name}`;
const prefixFor = (scope: Scope): string =>
  scope.kind === 'system' ? 'system/' : `tenant/${scope.cluster}/${scope.tenant}/`;

/** Small named values in core.db. */
export class SqliteSettings implements SettingRepository {
  readonly #core: CoreAccess;

  constructor(core: CoreAccess) {
    this.#core = core;
  }

  async get(scope: Scope, name: string): Stored<string | undefined> {
    const rows = this.#core.read('SELECT value FROM settings WHERE name=?', [nameFor(scope, name)]);
    if (!rows.ok) return rows;
    const row = rows.value[0];
    return ok(row === undefined ? undefined : textOf(row[0]));
  }

  async put(scope: Scope, name: string, value: string): Stored<void> {
    invariant(name.length > 0 && name.length <= 256, 'a setting needs a name of at most 256 characters');
    const written = await this.#core.write([
      {
        sql: 'INSERT INTO settings(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value',
        rows: [[nameFor(scope, name), value]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async remove(scope: Scope, name: string): Stored<boolean> {
    const written = await this.#core.write([
      { sql: 'DELETE FROM settings WHERE name=?', rows: [[nameFor(scope, name)]] },
    ]);
    return written.ok ? ok((written.value[0]?.changes ?? 0) > 0) : written;
  }

  async names(scope: Scope): Stored<readonly string[]> {
    const prefix = prefixFor(scope);
    const rows = this.#core.read('SELECT name FROM settings WHERE name>=? AND name<? ORDER BY name', [
      prefix,
      `${prefix.slice(0, -1)}0`,
    ]);
    return rows.ok ? ok(rows.value.map((row) => textOf(row[0]).slice(prefix.length))) : rows;
  }
}
