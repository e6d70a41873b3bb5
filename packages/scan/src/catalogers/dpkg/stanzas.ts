// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Longest value of one field kept. Descriptions may be longer: nothing we need is. */
const MAX_VALUE_LENGTH = 4096;

/** Fields of one stanza, names in lower case. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Walks the stanzas of a Debian control file (deb822(5)), of which dpkg's status file is one, and keeps the wanted
 * fields only. Continuation lines are dropped: no field that we read has them. Works on bytes, line by line, so that
 * a gigabyte field costs no second copy.
 */
export function* readStanzas(content: Buffer, wanted: ReadonlySet<string>): Generator<Stanza> {
  let stanza = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(10, at);
    const end = newline < 0 ? content.length : newline;
    const first = content[at];
    if (end === at || (end === at + 1 && first === 13)) {
      if (stanza.size > 0) yield stanza;
      stanza = new Map();
    } else if (first !== 32 && first !== 9 && first !== 35) {
      readField(content.subarray(at, Math.min(end, at + MAX_VALUE_LENGTH)), wanted, stanza);
    }
    at = end + 1;
  }
  if (stanza.size > 0) yield stanza;
}

const readField = (line: Buffer, wanted: ReadonlySet<string>, stanza: Map<string, string>): void => {
  const colon = line.indexOf(58);
  if (colon <= 0 || colon > 64) return;
  const name = line.toString('latin1', 0, colon).toLowerCase();
  if (wanted.has(name) && !stanza.has(name)) stanza.set(name, line.toString('utf8', colon + 1).trim());
};
