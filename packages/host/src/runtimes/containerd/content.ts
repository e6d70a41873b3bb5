// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import type { ErrorCode, Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import type { DigestBlobs } from '@bartizan/scan';
import { type Channel, openChannel } from '../../grpc/channel.ts';

/** Fields of containerd.services.{images,content,namespaces}.v1, by number, as api/services of containerd declares them. */
const IMAGES = 'containerd.services.images.v1.Images';
const CONTENT = 'containerd.services.content.v1.Content';
const NAMESPACES = 'containerd.services.namespaces.v1.Namespaces';
const NAMESPACES_MAX = 64;
/** Bytes asked for at once: the store answers in pieces of at most this size, and the reader sets the pace. */
const RANGE_BYTES = 1024 * 1024;
const READ_TIMEOUT_MS = 60_000;

/** An image as containerd knows it: a name that leads to a digest. */
export interface StoredImage {
  readonly name: string;
  readonly namespace: string;
  readonly digest: string;
}

type Outcome<T> = Result<T, Failure<ErrorCode>>;

/** The content of one namespace by digest. Nothing is written, and nothing but the socket is touched. */
export class ContentStore implements DigestBlobs {
  readonly #channel: Channel;
  readonly #metadata: Readonly<Record<string, string>>;

  constructor(channel: Channel, namespace: string) {
    this.#channel = channel;
    this.#metadata = { 'containerd-namespace': namespace };
  }

  /** Size of a blob; undefined when it is not there. Info {info 1: {digest 1, size 2}}. */
  async size(digest: string): Promise<number | undefined> {
    const answer = await this.#channel.call(`${CONTENT}/Info`, { 1: digest }, { metadata: this.#metadata });
    return answer.ok ? answer.value.message(1)?.number(2) : undefined;
  }

  async read(digest: string, maxBytes: number): Promise<Buffer | undefined> {
    const size = await this.size(digest);
    if (size === undefined || size > maxBytes) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of this.#ranges(digest, size)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async open(digest: string): Promise<Readable> {
    const size = await this.size(digest);
    if (size === undefined) throw new TypeError(`${digest} is not in the content store`);
    return Readable.from(this.#ranges(digest, size), { objectMode: false });
  }

  async *#ranges(digest: string, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < size; ) {
      const wanted = Math.min(RANGE_BYTES, size - at);
      const range = await this.#range(digest, at, wanted);
      if (range.length === 0 || range.length > wanted)
        throw new RangeError(`${digest}: ${range.length} of ${wanted} bytes at ${at}`);
      at += range.length;
      yield range;
    }
  }

  /** Read {digest 1, offset 2, size 3} -> stream of {offset 1, data 2}. */
  #range(digest: string, offset: number, size: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const timer = setTimeout(() => stop(), READ_TIMEOUT_MS);
      const stop = this.#channel.stream(
        `${CONTENT}/Read`,
        { 1: digest, 2: offset, 3: size },
        {
          onMessage: (message) => {
            const data = message.bytes(2) ?? Buffer.alloc(0);
            bytes += data.length;
            if (bytes <= size) chunks.push(data);
            else stop();
          },
          onEnd: (reason) => {
            clearTimeout(timer);
            if (bytes === size) resolve(Buffer.concat(chunks));
            else reject(new RangeError(`${digest}: ${bytes} of ${size} bytes at ${offset} (${reason})`));
          },
        },
        { metadata: this.#metadata },
      );
    });
  }
}

/** The images of a containerd, and their content. */
export class ContainerdImages {
  readonly #channel: Channel;
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#channel = openChannel(endpoint);
  }

  /** Finds an image by its whole name, in one namespace or the first that has it. Image {name 1, target 3: {digest 2}}. */
  async find(name: string, namespace?: string): Promise<Outcome<StoredImage>> {
    const namespaces = namespace === undefined ? await this.#namespaces() : ok([namespace]);
    if (!namespaces.ok) return namespaces;
    for (const one of namespaces.value) {
      const metadata = { 'containerd-namespace': one };
      const answer = await this.#channel.call(`${IMAGES}/Get`, { 1: name }, { metadata });
      const digest = answer.ok ? (answer.value.message(1)?.message(3)?.text(2, 128) ?? '') : '';
      if (digest !== '') return ok({ name, namespace: one, digest });
      if (!answer.ok && !/status 5 /.test(answer.error.detail)) return err(answer.error);
    }
    return err(
      failure('E_SCAN_TARGET', `${name} is not in ${this.endpoint} (${namespaces.value.join(', ')})`),
    );
  }

  content(namespace: string): ContentStore {
    return new ContentStore(this.#channel, namespace);
  }

  close(): void {
    this.#channel.close();
  }

  async #namespaces(): Promise<Outcome<readonly string[]>> {
    const answer = await this.#channel.call(`${NAMESPACES}/List`, {});
    return answer.ok ? ok(answer.value.messages(1, NAMESPACES_MAX).map((one) => one.text(1, 128))) : answer;
  }
}
