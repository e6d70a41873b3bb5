// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The part of the protocol buffers wire format that the sockets of container runtimes need: a message as its fields by
 * number. See https://protobuf.dev/programming-guides/encoding/. Unknown fields cost nothing, sizes are bounded.
 */

const FIELDS_MAX = 200_000;

/** A field that was read: a number for varints, bytes for everything with a length. */
type Raw = number | Buffer;

/** A message that was read. Absent fields give the default of the wire format: 0, an empty text, no messages. */
export class Message {
  readonly #fields: ReadonlyMap<number, readonly Raw[]>;

  constructor(fields: ReadonlyMap<number, readonly Raw[]>) {
    this.#fields = fields;
  }

  /** Whole number; above 2^53 it is not exact. */
  number(field: number): number {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === 'number' ? value : 0;
  }

  text(field: number, maxLength = 4096): string {
    return (this.bytes(field)?.toString('utf8') ?? '').slice(0, maxLength);
  }

  texts(field: number, maxItems = 256): string[] {
    return this.#buffers(field)
      .slice(0, maxItems)
      .map((bytes) => bytes.toString('utf8').slice(0, 4096));
  }

  bytes(field: number): Buffer | undefined {
    return this.#buffers(field).at(-1);
  }

  message(field: number): Message | undefined {
    const bytes = this.bytes(field);
    return bytes === undefined ? undefined : decodeMessage(bytes);
  }

  /** Repeated messages; those that cannot be read are left out. */
  messages(field: number, maxItems = 20_000): Message[] {
    return this.#buffers(field)
      .slice(0, maxItems)
      .flatMap((bytes) => decodeMessage(bytes) ?? []);
  }

  /** A map<string, string>. */
  labels(field: number, maxItems = 256): Record<string, string> {
    return Object.fromEntries(
      this.messages(field, maxItems).map((entry) => [entry.text(1, 317), entry.text(2, 4096)]),
    );
  }

  /** A google.protobuf.Timestamp as milliseconds since the Unix epoch; undefined when absent or zero. */
  timestampMs(field: number): number | undefined {
    const stamp = this.message(field);
    const ms = stamp ? stamp.number(1) * 1000 + Math.floor(stamp.number(2) / 1e6) : 0;
    return ms > 0 && Number.isSafeInteger(ms) ? ms : undefined;
  }

  #buffers(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []).filter((value): value is Buffer => typeof value !== 'number');
  }
}

/** Reads a varint; undefined when it is cut or longer than ten bytes. */
const readVarint = (bytes: Buffer, at: number): { value: number; next: number } | undefined => {
  let value = 0;
  let factor = 1;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: at + index + 1 };
    factor *= 128;
  }
  return undefined;
};

const readField = (bytes: Buffer, at: number, wireType: number): { value: Raw; next: number } | undefined => {
  if (wireType === 0) return readVarint(bytes, at);
  if (wireType === 1 || wireType === 5) {
    const width = wireType === 1 ? 8 : 4;
    return at + width > bytes.length
      ? undefined
      : { value: bytes.subarray(at, at + width), next: at + width };
  }
  if (wireType !== 2) return undefined;
  const length = readVarint(bytes, at);
  if (!length || length.next + length.value > bytes.length) return undefined;
  const end = length.next + length.value;
  return { value: bytes.subarray(length.next, end), next: end };
};

/** Reads a message; undefined when the bytes are not one. */
export const decodeMessage = (bytes: Buffer): Message | undefined => {
  const fields = new Map<number, Raw[]>();
  let at = 0;
  for (let count = 0; at < bytes.length; count += 1) {
    const tag = readVarint(bytes, at);
    if (!tag || count > FIELDS_MAX) return undefined;
    const read = readField(bytes, tag.next, tag.value % 8);
    if (!read) return undefined;
    const field = Math.floor(tag.value / 8);
    const values = fields.get(field);
    if (values) values.push(read.value);
    else fields.set(field, [read.value]);
    at = read.next;
  }
  return new Message(fields);
};

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
};

/** Values of fields by number: text, whole numbers, truth values, messages (as their own fields) and lists of these. */
export type FieldValue =
  | string
  | number
  | boolean
  | Buffer
  | FieldValues
  | readonly (string | Buffer | FieldValues)[];
export interface FieldValues {
  readonly [field: number]: FieldValue;
}

const encodeField = (field: number, value: FieldValue): Buffer[] => {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return [varint(field * 8), varint(Number(value))];
  }
  if (Array.isArray(value)) return value.flatMap((item: FieldValue) => encodeField(field, item));
  const bytes =
    typeof value === 'string'
      ? Buffer.from(value)
      : Buffer.isBuffer(value)
        ? value
        : encodeMessage(Object.assign({}, value));
  return [varint(field * 8 + 2), varint(bytes.length), bytes];
};

/** Writes a message. */
export const encodeMessage = (fields: FieldValues): Buffer =>
  Buffer.concat(
    Object.entries(fields).flatMap(([field, value]: [string, FieldValue]) =>
      encodeField(Number(field), value),
    ),
  );
