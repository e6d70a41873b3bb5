// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ok, type Result } from '@bartizan/contracts';
import { AddressGuard, bareHost, classOfHost } from './addresses.ts';
import {
  checked,
  codeOf,
  type Descriptor,
  describe,
  descriptorsOf,
  nextPage,
  parse,
  repositoriesOf,
  subjectOf,
} from './answers.ts';
import { Authorizer } from './authorize.ts';
import { ANONYMOUS, type CredentialProvider } from './credentials.ts';
import { attempt, type RegistryError, RegistryFault } from './fault.ts';
import { DIGEST, isManifestName, isRepository } from './reference.ts';
import { type Ask, bodyOf, DEFAULT_LIMITS, Transport, type TransportLimits } from './transport.ts';

export type { Descriptor } from './answers.ts';

/** How to reach one registry. */
export interface RegistryOptions {
  /** Host, with its port where there is one. */
  readonly host: string;
  readonly credentials?: CredentialProvider;
  /** Speak HTTP without encryption; only for registries the operator named so. */
  readonly plainHttp?: boolean;
  readonly certificates?: string;
  readonly limits?: TransportLimits;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** A manifest or an index as it lies there. */
export interface Manifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What a tag stands for. */
export interface Resolved {
  readonly digest: string;
  readonly mediaType: string;
}

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;
const PAGES_MAX = 1000;
const ERROR_BYTES_MAX = 64 * 1024;
/** A manifest or a page of a list that drips in for longer is given up. */
const SMALL_ANSWER_MS = 2 * 60_000;
/** Answers of registries that do not know referrers: those of before 1.1 take the path for a wrong one, or the media type. */
const NO_REFERRERS = [400, 404, 405, 406];
const ABSENT = Symbol('no such list');
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A client of the distribution specification 1.1 for one registry. What it gives has the digest it was asked by. */
export class RegistryClient {
  readonly #origin: URL;
  readonly #sender: Authorizer;

  private constructor(origin: URL, sender: Authorizer) {
    this.#origin = origin;
    this.#sender = sender;
  }

  /** A client; finds out where the registry is, so that it cannot send us elsewhere on this machine. */
  static async open(options: RegistryOptions): Promise<RegistryClient> {
    const {
      host,
      credentials = ANONYMOUS,
      plainHttp = false,
      certificates,
      limits = DEFAULT_LIMITS,
      wait,
    } = options;
    const origin = new URL(`${plainHttp ? 'http' : 'https'}://${host}`);
    const transport = new Transport({
      guard: new AddressGuard(await classOfHost(bareHost(origin))),
      limits,
      allowPlainHttp: plainHttp,
      ...(certificates === undefined ? {} : { certificates }),
      ...(wait === undefined ? {} : { wait }),
    });
    return new RegistryClient(origin, new Authorizer(transport, origin, credentials));
  }

  /** Whether the registry answers and accepts our credentials. */
  ping(): Promise<Result<void, RegistryError>> {
    return attempt(async () => {
      await this.#expect({ method: 'GET', url: this.#url('/v2/') }, '', [200]);
      return ok(undefined);
    });
  }

  /** A manifest by tag or digest, at most 4 MB. */
  manifest(repository: string, name: string): Promise<Result<Manifest, RegistryError>> {
    return attempt(async () => ok(await this.#manifest(repository, name)));
  }

  /**
   * The digest a tag stands for, as the registry says it, without reading the manifest (pulls are counted by manifests
   * read). Only a hint: what is read by it later has to have it.
   */
  resolve(repository: string, name: string): Promise<Result<Resolved, RegistryError>> {
    return attempt(async () => {
      const url = this.#manifestUrl(repository, name);
      const ask: Ask = { method: 'HEAD', url, headers: { accept: ACCEPT }, timeoutMs: SMALL_ANSWER_MS };
      const answer = await this.#send(ask, pull(repository), [200, 405]);
      answer.resume();
      const said = answer.headers['docker-content-digest'];
      if (answer.statusCode === 200 && typeof said === 'string' && DIGEST.test(said))
        return ok({ digest: said, mediaType: answer.headers['content-type'] ?? '' });
      const { digest, mediaType } = await this.#manifest(repository, name);
      return ok({ digest, mediaType });
    });
  }

  async #manifest(repository: string, name: string): Promise<Manifest> {
    const url = this.#manifestUrl(repository, name);
    const ask: Ask = { method: 'GET', url, headers: { accept: ACCEPT }, timeoutMs: SMALL_ANSWER_MS };
    const answer = await this.#send(ask, pull(repository), [200]);
    const bytes = await bodyOf(answer, url, MANIFEST_BYTES_MAX);
    const digest = sha256(bytes);
    const said = DIGEST.test(name) ? name : answer.headers['docker-content-digest'];
    if (said !== undefined && said !== digest)
      throw new RegistryFault('E_REGISTRY_DIGEST', `${repository}: ${String(said)} has the digest ${digest}`);
    return { mediaType: answer.headers['content-type'] ?? '', digest, bytes };
  }

  /**
   * A blob as it arrives; nothing is kept. The stream ends with a RegistryFault when it is longer or shorter than `size`
   * or has another digest, so that what was read has to be thrown away then.
   */
  blob(
    repository: string,
    { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  ): Promise<Result<AsyncIterable<Buffer>, RegistryError>> {
    return attempt(async () => {
      const url = this.#blobUrl(repository, digest);
      const answer = await this.#send({ method: 'GET', url }, pull(repository), [200]);
      return ok(checked(answer, url, { digest, size }));
    });
  }

  /** A small blob whole. */
  blobBytes(
    repository: string,
    wanted: Pick<Descriptor, 'digest' | 'size'>,
    most = MANIFEST_BYTES_MAX,
  ): Promise<Result<Buffer, RegistryError>> {
    return attempt(async () => {
      if (wanted.size > most)
        throw new RegistryFault('E_REGISTRY_ANSWER', `${wanted.digest}: more than ${most} bytes`);
      const stream = await this.blob(repository, wanted);
      if (!stream.ok) return stream;
      const chunks: Buffer[] = [];
      for await (const chunk of stream.value) chunks.push(chunk);
      return ok(Buffer.concat(chunks));
    });
  }

  /** A blob of at most `most` bytes whose size nobody stated; its digest holds. */
  smallBlob(repository: string, digest: string, most: number): Promise<Result<Buffer, RegistryError>> {
    return attempt(async () => {
      const url = this.#blobUrl(repository, digest);
      const ask: Ask = { method: 'GET', url, timeoutMs: SMALL_ANSWER_MS };
      const bytes = await bodyOf(await this.#send(ask, pull(repository), [200]), url, most);
      const found = sha256(bytes);
      if (found !== digest) throw new RegistryFault('E_REGISTRY_DIGEST', `${digest} has the digest ${found}`);
      return ok(bytes);
    });
  }

  /** Tags of a repository, page by page, at most `most`. */
  tags(repository: string, most = 100_000): Promise<Result<readonly string[], RegistryError>> {
    return attempt(async () => {
      const first = this.#url(`/v2/${demandRepository(repository)}/tags/list`);
      const tags: string[] = [];
      for await (const page of this.#pages(first, pull(repository))) {
        const list = (page as { tags?: unknown } | null)?.tags;
        for (const tag of Array.isArray(list) ? list : [])
          if (typeof tag === 'string' && isManifestName(tag)) tags.push(tag);
        if (tags.length >= most) break;
      }
      return ok(tags.slice(0, most));
    });
  }

  /** Repositories by the catalogue of the registry, at most `most`. Many registries have none, or keep it to administrators. */
  repositories(most = 100_000): Promise<Result<readonly string[], RegistryError>> {
    return attempt(async () => {
      const found: string[] = [];
      for await (const page of this.#pages(this.#url('/v2/_catalog?n=1000'), 'registry:catalog:*')) {
        for (const name of repositoriesOf(page)) found.push(name);
        if (found.length >= most) break;
      }
      return ok(found.slice(0, most));
    });
  }

  /**
   * What refers to a manifest, at most `most`: by the referrers API, page by page, or by the tag that stands in for it
   * where there is none.
   */
  referrers(
    repository: string,
    digest: string,
    most = 10_000,
  ): Promise<Result<readonly Descriptor[], RegistryError>> {
    return attempt(async () => {
      const first = this.#url(`/v2/${demandRepository(repository)}/referrers/${demandDigest(digest)}`);
      const found: Descriptor[] = [];
      const asked = { headers: { accept: ACCEPT }, absent: NO_REFERRERS };
      for await (const page of this.#pages(first, pull(repository), asked)) {
        if (page === ABSENT) return ok((await this.#fallbackReferrers(repository, digest)).slice(0, most));
        for (const one of descriptorsOf(page)) found.push(one);
        if (found.length >= most) break;
      }
      return ok(found.slice(0, most));
    });
  }

  async #fallbackReferrers(repository: string, digest: string): Promise<readonly Descriptor[]> {
    try {
      return descriptorsOf(parse((await this.#manifest(repository, fallbackTag(digest))).bytes));
    } catch (error) {
      if (error instanceof RegistryFault && error.error.code === 'E_REGISTRY_MISSING') return [];
      throw error;
    }
  }

  /** Uploads a blob whole; nothing is sent when the registry has it. */
  pushBlob(repository: string, bytes: Buffer): Promise<Result<Descriptor, RegistryError>> {
    return attempt(async () => {
      const digest = sha256(bytes);
      const descriptor = { mediaType: 'application/octet-stream', digest, size: bytes.length };
      const scope = push(repository);
      const head = await this.#send(
        { method: 'HEAD', url: this.#blobUrl(repository, digest) },
        scope,
        [200, 404],
      );
      head.destroy();
      if (head.statusCode === 200) return ok(descriptor);
      const start = this.#url(`/v2/${demandRepository(repository)}/blobs/uploads/`);
      const opened = await this.#expect({ method: 'POST', url: start, body: Buffer.alloc(0) }, scope, [202]);
      const { location } = opened.headers;
      if (location === undefined || !URL.canParse(location, start.href))
        throw new RegistryFault('E_REGISTRY_ANSWER', 'an upload without a place');
      const url = new URL(location, start);
      url.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      await this.#expect({ method: 'PUT', url, headers, body: bytes }, scope, [201]);
      return ok(descriptor);
    });
  }

  /** Uploads a manifest under a tag or its digest. One with a subject is listed among its referrers, also where the registry cannot. */
  pushManifest(
    repository: string,
    mediaType: string,
    bytes: Buffer,
    tag?: string,
  ): Promise<Result<Descriptor, RegistryError>> {
    return attempt(async () => {
      const digest = sha256(bytes);
      const answer = await this.#put(repository, tag ?? digest, mediaType, bytes);
      const descriptor = describe(mediaType, digest, bytes);
      const subject = subjectOf(bytes);
      if (subject !== undefined && answer.headers['oci-subject'] === undefined)
        await this.#listReferrer(repository, subject, descriptor);
      return ok(descriptor);
    });
  }

  #put(repository: string, name: string, mediaType: string, bytes: Buffer): Promise<IncomingMessage> {
    const url = this.#manifestUrl(repository, name);
    return this.#expect(
      { method: 'PUT', url, headers: { 'content-type': mediaType }, body: bytes },
      push(repository),
      [201],
    );
  }

  /** Puts a descriptor into the index under the stand-in tag (distribution specification 1.1, referrers tag schema). */
  async #listReferrer(repository: string, subject: string, descriptor: Descriptor): Promise<void> {
    const present = await this.#fallbackReferrers(repository, subject);
    if (present.some(({ digest }) => digest === descriptor.digest)) return;
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const index = { schemaVersion: 2, mediaType, manifests: [...present, descriptor] };
    await this.#put(repository, fallbackTag(subject), mediaType, Buffer.from(JSON.stringify(index)));
  }

  /** The pages of a list; `ABSENT` where the answer to the first says that there is no such list. */
  async *#pages(
    first: URL,
    scope: string,
    { headers = {}, absent = [] }: Pick<Ask, 'headers'> & { readonly absent?: readonly number[] } = {},
  ): AsyncGenerator<unknown> {
    let url: URL | undefined = first;
    for (let page = 0; url !== undefined; page += 1) {
      if (page >= PAGES_MAX)
        throw new RegistryFault('E_REGISTRY_ANSWER', `${first.pathname}: too many pages`);
      const ask: Ask = { method: 'GET', url, headers, timeoutMs: SMALL_ANSWER_MS };
      const answer: IncomingMessage = await this.#send(ask, scope, [200, ...(page === 0 ? absent : [])]);
      if (answer.statusCode !== 200) {
        answer.destroy();
        yield ABSENT;
        return;
      }
      yield parse(await bodyOf(answer, url, PAGE_BYTES_MAX));
      const next = nextPage(answer.headers['link'], url);
      if (next?.href === url.href)
        throw new RegistryFault('E_REGISTRY_ANSWER', `${first.pathname}: a page that follows itself`);
      url = next;
    }
  }

  #url = (path: string): URL => new URL(path, this.#origin);
  #blobUrl = (repository: string, digest: string): URL =>
    this.#url(`/v2/${demandRepository(repository)}/blobs/${demandDigest(digest)}`);

  #manifestUrl(repository: string, name: string): URL {
    if (!isManifestName(name)) throw new RegistryFault('E_REGISTRY_REFERENCE', name.slice(0, 200));
    return this.#url(`/v2/${demandRepository(repository)}/manifests/${name}`);
  }

  /** Sends, and reads and forgets the body. */
  async #expect(ask: Ask, scope: string, fine: readonly number[]): Promise<IncomingMessage> {
    const answer = await this.#send(ask, scope, fine);
    await bodyOf(answer, ask.url, PAGE_BYTES_MAX);
    return answer;
  }

  async #send(ask: Ask, scope: string, fine: readonly number[]): Promise<IncomingMessage> {
    const answer = await this.#sender.send(ask, scope);
    const status = answer.statusCode ?? 0;
    if (fine.includes(status)) return answer;
    const said = codeOf(await bodyOf(answer, ask.url, ERROR_BYTES_MAX).catch(() => Buffer.alloc(0)));
    const detail = `${ask.url.host}${ask.url.pathname}: ${status}${said}`;
    if (status === 404) throw new RegistryFault('E_REGISTRY_MISSING', detail);
    throw new RegistryFault(
      status === 401 || status === 403 ? 'E_REGISTRY_LOGIN' : 'E_REGISTRY_ANSWER',
      detail,
    );
  }
}

const pull = (repository: string): string => `repository:${repository}:pull`;
const push = (repository: string): string => `repository:${repository}:pull,push`;
const fallbackTag = (digest: string): string => digest.replace(':', '-');

function demandRepository(repository: string): string {
  if (!isRepository(repository)) throw new RegistryFault('E_REGISTRY_REFERENCE', repository.slice(0, 200));
  return repository;
}
function demandDigest(digest: string): string {
  if (!DIGEST.test(digest)) throw new RegistryFault('E_REGISTRY_REFERENCE', digest.slice(0, 200));
  return digest;
}
