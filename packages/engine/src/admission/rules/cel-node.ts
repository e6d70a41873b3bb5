// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { ABOUT_ANYTHING } from '../fields/about.ts';
import { isObject } from '../pod/json.ts';
import { isUnknown, type Reading, unknown } from '../request.ts';
import type { Node } from './node.ts';
import type { ConditionSettings } from './settings.ts';
import { NO, PERHAPS, YES } from './three-valued.ts';

const NO_BOOLEAN = unknown('the expression gave something else than true or false');

/** What of an object's metadata changes by itself, without anybody's doing. */
const NOISE: ReadonlySet<string> = new Set(['managedFields', 'resourceVersion', 'generation', 'finalizers']);

function withoutNoise(object: Readonly<Record<string, unknown>>): unknown {
  const { status: _status, metadata, ...rest } = object;
  if (!isObject(metadata)) return rest;
  return [rest, Object.fromEntries(Object.entries(metadata).filter(([key]) => !NOISE.has(key)))];
}

/** Compiles a CEL expression; it can only be asked of the request as a whole. */
export function celNode(source: unknown, settings: ConditionSettings, levels: number): Result<Node, Failure> {
  if (typeof source !== 'string') return err(failure('E_CONDITION', 'a CEL expression must be text'));
  if (settings.compileCel === undefined)
    return err(failure('E_CONDITION_CEL', 'CEL expressions cannot be compiled here'));
  if (levels > 1)
    return err(failure('E_CONDITION', 'a CEL expression cannot stand inside some, every or count'));
  const program = settings.compileCel(source);
  if (!program.ok) return program;
  const read = (item: Parameters<Node['ask']>[0]): Reading =>
    program.value.evaluate(item.root, settings.parameters);
  return ok({
    fields: [],
    needs: undefined,
    ofRequest: true,
    about: ABOUT_ANYTHING,
    ask: (item) => {
      const reading = read(item);
      return reading === true ? YES : reading === false ? NO : PERHAPS;
    },
    witness: (item, answer, out) => {
      const reading = read(item);
      out.push({
        item: item.root,
        field: undefined,
        condition: undefined,
        actual: undefined,
        unknown: answer === PERHAPS ? (isUnknown(reading) ? reading : NO_BOOLEAN) : undefined,
        held: answer === YES,
        isAlone: false,
      });
    },
    trace: ({ root }, out) => {
      out.push(withoutNoise(root.value));
    },
  });
}
