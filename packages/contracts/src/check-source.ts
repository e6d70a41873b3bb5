// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TSchema } from 'typebox';
import { Code } from 'typebox/compile';
import { InvariantError } from './result.ts';

/**
 * What `parser` compiles when it is first asked, as the source of a module that exports it as `Check`: for a program
 * that is packed before it runs, since compiling a schema takes longer than checking hundreds of values.
 */
export function checkSource(schema: TSchema): string {
  const { Code: source, External: external } = Code(schema);
  const declared = `let ${external.identifier} = []`;
  if (!source.includes(declared))
    throw new InvariantError('a compiled check takes its constants in another way');
  const constants = external.variables.map((constant) => {
    if (constant instanceof RegExp) return String(constant);
    throw new InvariantError('a compiled check has a constant that is no regular expression');
  });
  return source
    .replace(declared, () => `const ${external.identifier} = [${constants.join(', ')}]`)
    .replace(/^export function SetExternal.*$/m, '');
}
