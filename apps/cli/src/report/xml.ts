// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Characters XML 1.0 cannot hold, in any form, lone halves of pairs too. */
const IMPOSSIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
/** What XML gives a meaning, and what a terminal obeys though XML may hold it. */
const NAMED = /[&<>"\n\r\t\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** Text as XML holds it. */
export const escaped = (text: string): string =>
  text
    .replace(IMPOSSIBLE, '\ufffd')
    .replace(NAMED, (character) => ENTITIES[character] ?? `&#${character.charCodeAt(0)};`);

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
/** An element with its attributes; its body is XML already. */
export const element = (
  name: string,
  values: Readonly<Record<string, string | number>>,
  body = '',
): string =>
  body === '' ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${body}</${name}>`;
