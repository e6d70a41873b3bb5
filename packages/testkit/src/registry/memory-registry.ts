// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type BuiltImage, tarOf } from './built-image.ts';

/** A way to misbehave about one digest. `cut`: ends in the middle; `lie`: gives other bytes; `slow`: never ends. */
export type Misbehaviour = 'cut' | 'lie' | 'slow';

interface Manifest {
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly digest: string;
}

/** Something of the same kind that is as good: another layer, or the same text with a blank. */
const otherThan = (bytes: Buffer): Buffer =>
  bytes[0] === 0x1f ? gzipSync(tarOf({ 'not/what/it/says': 'x' })) : Buffer.concat([bytes, Buffer.from(' ')]);

/** A registry in memory, on loopback unless it is given an address. It wants a name and a password when it was given some. */
export class MemoryRegistry {
  /** What was asked, as METHOD PATH. */
  readonly asked: string[] = [];
  /** The Authorization headers that came with it. */
  readonly credentials: (string | undefined)[] = [];
  /** How it misbehaves, by digest. */
  readonly bad = new Map<string, Misbehaviour>();
  /** Sends everything about this digest to another host. */
  readonly elsewhere = new Map<string, string>();
  readonly #manifests = new Map<string, Manifest>();
  readonly #blobs = new Map<string, Buffer>();
  readonly #tags = new Map<string, Map<string, string>>();
  readonly #server: Server;
  readonly #login: string | undefined;

  private constructor(login?: { readonly name: string; readonly password: string }) {
    this.#login = login && `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(
    login?: { readonly name: string; readonly password: string },
    address = '127.0.0.1',
  ): Promise<MemoryRegistry> {
    const registry = new MemoryRegistry(login);
    await new Promise<void>((resolve) => registry.#server.listen(0, address, resolve));
    return registry;
  }

  get host(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** Puts an image under a tag. */
  push(repository: string, tag: string, image: BuiltImage): void {
    for (const [digest, bytes] of image.blobs) this.#blobs.set(digest, bytes);
    this.pushManifest(repository, tag, image);
  }

  /** Puts a manifest or an index under a tag, and by its digest. */
  pushManifest(repository: string, tag: string | undefined, manifest: Manifest): void {
    this.#manifests.set(manifest.digest, manifest);
    if (tag === undefined) return;
    const tags = this.#tags.get(repository) ?? new Map<string, string>();
    this.#tags.set(repository, tags.set(tag, manifest.digest));
  }

  pushBlob(digest: string, bytes: Buffer): void {
    this.#blobs.set(digest, bytes);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (this.#login !== undefined && request.headers.authorization !== this.#login)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
    this.asked.push(`${request.method} ${pathname}`);
    this.credentials.push(request.headers.authorization);
    if (pathname === '/v2/') return void response.end('{}');
    if (pathname === '/v2/_catalog')
      return void response.end(JSON.stringify({ repositories: [...this.#tags.keys()] }));
    const [, repository = '', kind = '', name = ''] =
      /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const tags = this.#tags.get(repository);
    if (kind === 'tags' && tags !== undefined)
      return void response.end(JSON.stringify({ name: repository, tags: [...tags.keys()] }));
    if (kind === 'manifests') return this.#manifest(tags?.get(name) ?? name, request, response);
    if (kind === 'blobs') return this.#send(name, this.#blobs.get(name), response);
    return void response.writeHead(404).end('{"errors":[{"code":"NAME_UNKNOWN"}]}');
  }

  #manifest(digest: string, request: IncomingMessage, response: ServerResponse): void {
    const found = this.#manifests.get(digest);
    if (found !== undefined) {
      response.setHeader('content-type', found.mediaType);
      response.setHeader('docker-content-digest', found.digest);
    }
    if (request.method === 'HEAD') return void response.writeHead(found === undefined ? 404 : 200).end();
    return this.#send(digest, found?.manifest, response);
  }

  #send(digest: string, bytes: Buffer | undefined, response: ServerResponse): void {
    const elsewhere = this.elsewhere.get(digest);
    if (elsewhere !== undefined) return void response.writeHead(307, { location: elsewhere }).end();
    if (bytes === undefined) return void response.writeHead(404).end('{"errors":[{"code":"BLOB_UNKNOWN"}]}');
    const bad = this.bad.get(digest);
    if (bad === undefined) return void response.end(bytes);
    if (bad === 'lie') return void response.end(otherThan(bytes));
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2));
    if (bad === 'cut') setTimeout(() => response.destroy(), 20);
    return undefined;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
