// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import { define, type Library, traversal } from '../function.ts';
import { parseTimestamp } from '../time.ts';
import { NONE, noOverload, Opaque, Optional, Timestamp, type Value } from '../value.ts';
import { fromBase64 } from './encoders.ts';
import { readUrl } from './url.ts';

/** A named form that texts can have, such as a DNS label. */
export class NamedFormat extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  /** How long its pattern counts for the cost. */
  readonly patternSize: number;
  readonly #faults: (text: string) => readonly string[];
  constructor(name: string, patternSize: number, faults: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.patternSize = patternSize;
    this.#faults = faults;
  }
  faults(text: string): readonly string[] {
    return this.#faults(text);
  }
  equals(other: Opaque): boolean {
    return other instanceof NamedFormat && other.name === this.name;
  }
}

const shaped =
  (pattern: RegExp, most: number, what: string) =>
  (text: string): readonly string[] => [
    ...(text.length > most ? [`must be no more than ${most} characters`] : []),
    ...(text.length <= most && !pattern.test(text) ? [what] : []),
  ];
/** Forms that may end in a dash, as a name does before its generated part. */
const prefix =
  (faults: (text: string) => readonly string[]) =>
  (text: string): readonly string[] =>
    faults(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const LABEL = 'a lowercase DNS label must begin and end with a letter or digit and hold only those and -';
const label = shaped(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/, 63, LABEL);
const label1035 = shaped(
  /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  63,
  'a DNS-1035 label must begin with a letter, end with a letter or digit and hold only those and -',
);
const subdomain = (text: string): readonly string[] =>
  text.length > 253
    ? ['must be no more than 253 characters']
    : text.split('.').every((part) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(part))
      ? []
      : ['a lowercase DNS subdomain must be made of DNS labels with dots between them'];
const NAME = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)$/;
const name = shaped(NAME, 63, 'must begin and end with a letter or digit and hold only those, -, _ and .');
const labelValue = (text: string): readonly string[] => (text === '' ? [] : name(text));

function qualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) return ['must be a name, or a DNS subdomain and a name with / between them'];
  const own = name(parts.at(-1) ?? '');
  return parts.length === 1 ? own : [...subdomain(parts[0] ?? ''), ...own];
}

const when =
  (test: (text: string) => boolean, what: string) =>
  (text: string): readonly string[] =>
    test(text) ? [] : [what];
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) instanceof Timestamp;
const isBase64 = (text: string): boolean => text.length % 4 === 0 && fromBase64(text) !== undefined;

const FORMATS: readonly (readonly [string, NamedFormat])[] = [
  ['dns1123Label', new NamedFormat('DNS1123Label', 30, label)],
  ['dns1123Subdomain', new NamedFormat('DNS1123Subdomain', 60, subdomain)],
  ['dns1035Label', new NamedFormat('DNS1035Label', 30, label1035)],
  ['qualifiedName', new NamedFormat('QualifiedName', 60, qualifiedName)],
  ['dns1123LabelPrefix', new NamedFormat('DNS1123LabelPrefix', 30, prefix(label))],
  ['dns1123SubdomainPrefix', new NamedFormat('DNS1123SubdomainPrefix', 60, prefix(subdomain))],
  ['dns1035LabelPrefix', new NamedFormat('DNS1035LabelPrefix', 30, prefix(label1035))],
  ['labelValue', new NamedFormat('LabelValue', 40, labelValue)],
  [
    'uri',
    new NamedFormat(
      'URI',
      1000,
      when((text) => readUrl(text) !== undefined, 'not a URI'),
    ),
  ],
  [
    'uuid',
    new NamedFormat(
      'uuid',
      100,
      when((text) => UUID.test(text), 'does not match the UUID format'),
    ),
  ],
  ['byte', new NamedFormat('byte', 100, when(isBase64, 'invalid base64'))],
  ['date', new NamedFormat('date', 100, when(isDate, 'invalid date'))],
  [
    'datetime',
    new NamedFormat(
      'datetime',
      100,
      when((text) => parseTimestamp(text) instanceof Timestamp, 'invalid datetime'),
    ),
  ],
];
const BY_NAME = new Map(FORMATS);

function validate(format: Value, text: Value): Value {
  if (!(format instanceof NamedFormat) || typeof text !== 'string')
    return noOverload('validate', format, text);
  const faults = format.faults(text);
  return faults.length === 0 ? NONE : new Optional([...faults]);
}

/** Named forms of texts; came with Kubernetes 1.31. */
export const NAMED_FORMATS: Library = [
  ...FORMATS.map(([key, format]) => define(`format.${key}`, '() kubernetes.NamedFormat', () => format)),
  define('format.named', '(string) optional<kubernetes.NamedFormat>', (key) => {
    if (typeof key !== 'string') return noOverload('format.named', key);
    const found = BY_NAME.get(key);
    return found === undefined ? NONE : new Optional(found);
  }),
  define(
    'validate',
    'kubernetes.NamedFormat.(string) optional<list<string>>',
    validate,
    ([format = null, text = '']) =>
      traversal(1 + sizeOf(text)) *
      Math.ceil((format instanceof NamedFormat ? format.patternSize : 100) * 0.25),
  ),
];
