// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, type FileSignature, failure, ok, type Result } from '@bartizan/contracts';
import { KeywordAutomaton } from '../secrets/automaton.ts';

/** A signature ready to run: groups by index of the string. */
export interface CompiledSignature {
  readonly signature: FileSignature;
  readonly groups: readonly { readonly of: readonly number[]; readonly atLeast: number }[];
}

/** Which signature and which of its strings a keyword stands for. */
export interface StringUse {
  readonly signature: number;
  readonly string: number;
}

/** Signatures ready to run, with the automaton over all their strings. */
export interface FileSignatureSet {
  readonly signatures: readonly CompiledSignature[];
  readonly automaton: KeywordAutomaton;
  /** Per keyword of the automaton. */
  readonly uses: readonly (readonly StringUse[])[];
}

const MAX_SIGNATURES = 20_000;

const bytesOf = (string: FileSignature['strings'][number]): string | undefined => {
  if ((string.text === undefined) === (string.hex === undefined)) return undefined;
  const bytes =
    string.text === undefined ? Buffer.from(string.hex ?? '', 'hex') : Buffer.from(string.text, 'utf8');
  // The automaton compares letters in either case; a string is stored as it will be compared.
  return bytes.length < 4 ? undefined : bytes.toString('latin1');
};

const compileOne = (signature: FileSignature): Result<CompiledSignature, string> => {
  const index = new Map(signature.strings.map(({ name }, at) => [name, at]));
  if (index.size !== signature.strings.length) return err('two strings have one name');
  if (signature.groups.length === 0 && signature.entropy === undefined)
    return err('it has no condition: everything would match');
  const groups: { of: number[]; atLeast: number }[] = [];
  for (const { of, atLeast } of signature.groups) {
    const strings = of.flatMap((name) => index.get(name) ?? []);
    if (strings.length !== of.length) return err('a group names a string that is not there');
    if (atLeast < 1 || atLeast > new Set(strings).size)
      return err('a group asks for none, or for more than it has');
    groups.push({ of: strings, atLeast });
  }
  return ok({ signature, groups });
};

/** Compiles signatures. E_RULE names the first that cannot run. */
export const compileFileSignatures = (
  signatures: readonly FileSignature[],
): Result<FileSignatureSet, Failure<'E_RULE'>> => {
  if (signatures.length > MAX_SIGNATURES)
    return err(failure('E_RULE', `more than ${MAX_SIGNATURES} signatures`));
  const compiled: CompiledSignature[] = [];
  const uses = new Map<string, StringUse[]>();
  for (const [at, signature] of signatures.entries()) {
    const one = compileOne(signature);
    if (!one.ok) return err(failure('E_RULE', `${signature.id}: ${one.error}`));
    compiled.push(one.value);
    for (const [string, stated] of signature.strings.entries()) {
      const bytes = bytesOf(stated);
      if (bytes === undefined)
        return err(
          failure('E_RULE', `${signature.id}: ${stated.name} is neither one text nor one row of bytes`),
        );
      const known = uses.get(bytes);
      if (known === undefined) uses.set(bytes, [{ signature: at, string }]);
      else known.push({ signature: at, string });
    }
  }
  return ok({
    signatures: compiled,
    automaton: new KeywordAutomaton([...uses.keys()]),
    uses: [...uses.values()],
  });
};
