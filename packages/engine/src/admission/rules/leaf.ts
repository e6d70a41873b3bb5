// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFieldCondition, FactValue, Failure, Result } from '@bartizan/contracts';
import { err, failure, OPERATORS, ok } from '@bartizan/contracts/admission';
import { buildTest, type ValueTest } from '../../expression/compare.ts';
import { operatorApplies } from '../../expression/index.ts';
import { aboutField } from '../fields/about.ts';
import { type AdmissionField, comparedWith, stepsOf } from '../fields/field.ts';
import { fieldNamed, isDynamic } from '../fields/named.ts';
import type { AdmissionSubject, Item } from '../pod/evaluation.ts';
import { isUnknown, MALFORMED, type Reading, type Unknown } from '../request.ts';
import { needTests } from './need.ts';
import type { Node } from './node.ts';
import { outward } from './quantifier.ts';
import { type Answer, NO, PERHAPS, YES } from './three-valued.ts';

const ROOT_SUBJECTS: ReadonlySet<AdmissionSubject> = new Set([
  'request',
  'object',
  'namespace',
  'pod',
  'service-account',
]);

interface Place {
  readonly subjects: readonly AdmissionSubject[];
  readonly parameters: Readonly<Record<string, FactValue>>;
}

const invalid = (detail: string): Result<never, Failure> => err(failure('E_CONDITION', detail));

/** The value a comparison is made with: its own, or that of a parameter. */
function valueFor(
  condition: AdmissionFieldCondition,
  parameters: Readonly<Record<string, FactValue>>,
): Result<FactValue | undefined, Failure> {
  const { parameter, value } = condition;
  if (parameter === undefined) return ok(value);
  const given = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
  return given === undefined ? invalid(`there is no parameter ${parameter}`) : ok(given);
}

/** A list as a parameter may be empty: then no comparison with one of its members holds. */
function testFor(
  operator: AdmissionFieldCondition['operator'],
  value: FactValue | undefined,
): ValueTest | undefined {
  if (operator === 'present') return () => true;
  if (operator === 'absent') return () => false;
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length === 0 && (operator === 'contains-any' || operator === 'any-glob'))
    return () => false;
  return buildTest(operator, value);
}

function compare(reading: Reading, test: ValueTest, isAbsent: boolean): Answer {
  if (reading === undefined) return isAbsent ? YES : NO;
  if (isUnknown(reading)) return PERHAPS;
  return test(reading) ? YES : NO;
}

/** Compiles one comparison. */
export function leafNode(condition: AdmissionFieldCondition, place: Place): Result<Node, Failure> {
  const { operator } = condition;
  const field = fieldNamed(String(condition.field));
  if (field === undefined) return invalid(`there is no field ${String(condition.field)}`);
  if (!OPERATORS.includes(operator)) return invalid(`operator ${String(operator)} does not exist`);
  if (!isDynamic(field) && !operatorApplies(operator, field.type))
    return invalid(`${operator} cannot be asked of ${field.name}, which is a ${field.type}`);
  const value = valueFor(condition, place.parameters);
  if (!value.ok) return value;
  const given = comparedWith(field, operator, value.value);
  const test = testFor(operator, given);
  if (test === undefined) return invalid(`${field.name}: ${operator} needs another kind of value`);
  const at = ROOT_SUBJECTS.has(field.subject) ? 0 : place.subjects.lastIndexOf(field.subject);
  if (at < 0) return invalid(`${field.name} can only be asked of a ${field.subject}`);
  const hops = place.subjects.length - 1 - at;
  const resolved = given === undefined ? condition : { field: field.name, operator, value: given };
  return ok(comparison({ field, hops, test, condition: resolved, ofRequest: at === 0 }));
}

interface Comparison {
  readonly field: AdmissionField;
  readonly hops: number;
  readonly test: ValueTest;
  readonly condition: AdmissionFieldCondition;
  readonly ofRequest: boolean;
}

function comparison({ field, hops, test, condition, ofRequest }: Comparison): Node {
  const isAbsent = condition.operator === 'absent';
  const { read } = field;
  const about = aboutField(field);
  const readAt = (item: Item): Reading => {
    const at = hops === 0 ? item : outward(item, hops);
    const reading = read(at);
    if (reading === MALFORMED) item.root.note(stepsOf(field, at));
    return reading;
  };
  return {
    fields: [field],
    needs: needTests(condition, isDynamic(field) ? 'any' : field.type)?.map((need) => ({
      chain: [],
      up: hops,
      field,
      test: need,
    })),
    ofRequest,
    about,
    ask: (item) => {
      if (!item.root.step()) return PERHAPS;
      return compare(readAt(item), test, isAbsent);
    },
    witness: (item, answer, out) => {
      const at = outward(item, hops);
      const reading = readAt(item);
      const missing: Unknown | undefined = isUnknown(reading) ? reading : undefined;
      out.push({
        item: at,
        field,
        condition,
        actual: isUnknown(reading) ? undefined : reading,
        unknown: missing,
        held: answer === YES,
        isAlone: false,
      });
    },
    trace: (item, out) => {
      if (!about.ofObject) return;
      const reading = readAt(item);
      out.push(reading === undefined ? null : isUnknown(reading) ? 'unknown' : reading);
    },
  };
}
