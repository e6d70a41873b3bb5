// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { dirname, join } from 'node:path';
import { type FactSheet, fileText, folderNames, rightsOf } from './fact-sheet.ts';

const FILES_MAX = 256;
const MAIN = '/etc/sudoers';
const INCLUDE = /^[@#]include(dir)?\s+(.+)$/;
/** A rule may begin with "#" and a number, which is a user; everything else behind "#" is a comment. */
const COMMENT = /^#(?!-?\d)/;

/** Rules of sudoers(5) with those of the files that they include. */
class SudoRules {
  readonly rules: { readonly file: string; readonly text: string }[] = [];
  /** What is there and was not read. */
  readonly unread: string[] = [];
  readonly #root: string;
  readonly #seen = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  read(file: string): void {
    if (this.#seen.has(file)) return;
    this.#seen.add(file);
    const content = this.#seen.size > FILES_MAX ? undefined : fileText(this.#root, file);
    if (content === undefined) {
      const rights = rightsOf(this.#root, file);
      // A folder among the files of @includedir is passed over by sudo too.
      if (rights && !rights.isFolder) this.unread.push(file);
      return;
    }
    // A line that ends in a backslash goes on in the next one.
    for (const line of content.replaceAll('\\\n', ' ').split('\n')) {
      const text = line.trim();
      const [, isFolder, named] = INCLUDE.exec(text) ?? [];
      if (named !== undefined) this.#include(file, named, isFolder !== undefined);
      else if (text !== '' && !COMMENT.test(text)) this.rules.push({ file, text });
    }
  }

  #include(file: string, named: string, isFolder: boolean): void {
    const path = named.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1');
    // %h stands for the name of the host as sudo knows it.
    if (path.includes('%')) this.unread.push(path);
    else this.#follow(path.startsWith('/') ? path : join(dirname(file), path), isFolder);
  }

  #follow(path: string, isFolder: boolean): void {
    if (!isFolder) this.read(path);
    else
      for (const name of folderNames(this.#root, path))
        if (!name.includes('.') && !name.endsWith('~')) this.read(join(path, name));
  }
}

const asksNobody = (rule: string): boolean =>
  /\bNOPASSWD\b/.test(rule) || /^Defaults\S*\s.*!\s*authenticate\b/.test(rule);

/** The fact of who may use sudo without a password. */
export const collectSudo = (sheet: FactSheet, root: string): void => {
  const sudo = new SudoRules(root);
  sudo.read(MAIN);
  const found = sudo.rules
    .filter(({ text }) => asksNobody(text))
    .map(({ file, text }) => `${file}: ${text.split(/\s/, 1)[0] ?? ''}`);
  sheet.setOr(
    'accounts.sudo-without-password',
    found.length > 0 || sudo.unread.length === 0 ? found : undefined,
    `not all rules of sudo can be read: ${sudo.unread.join(', ')}`,
  );
};
