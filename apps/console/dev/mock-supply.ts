// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ExceptionMatch,
  Finding,
  FindingException,
  PackagePlace,
  PackageRow,
  Registry,
} from '@bartizan/contracts';
import { PACKAGES } from './mock-data/access.ts';
import {
  IMAGES,
  type ImageRow,
  imageBase,
  imageDetail,
  imageLicences,
  imagePackages,
} from './mock-data/images.ts';
import { BASE, NOW_MS } from './mock-data/random.ts';
import { makeExceptions, makeRegistries } from './mock-data/registries.ts';
import { SUMMARIES } from './mock-data/workloads.ts';
import { pageOf } from './mock-lists.ts';
import type { MockHandler } from './mock-routes.ts';

const NOT_FOUND = { error: 'E_NOT_FOUND', status: 404 } as const;

const ROWS: readonly PackageRow[] = [
  {
    name: 'org.apache.logging.log4j:log4j-core',
    version: '2.14.1',
    ecosystem: 'Maven',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
    images: 2,
    workloads: 1,
    openFindings: 4,
  },
  ...PACKAGES.map((found, index) => ({
    name: found.name,
    version: found.version,
    ecosystem: found.ecosystem,
    purl: found.purl,
    images: 1 + (index % 7),
    workloads: 1 + (index % 4),
    openFindings: index % 5 === 0 ? 1 + (index % 3) : 0,
  })),
];

const placesOf = (purl: string): PackagePlace[] => {
  const row = ROWS.find((one) => one.purl === purl || one.purl.startsWith(`${purl}@`));
  if (row === undefined) return [];
  const found = {
    name: row.name,
    version: row.version,
    ecosystem: row.ecosystem,
    purl: row.purl,
    cataloger: 'java',
    locations: [
      '/opt/app/lib/app.jar',
      `/opt/app/lib/app.jar!/BOOT-INF/lib/${row.name.split(':').at(-1)}.jar`,
    ],
  };
  const [, web] = SUMMARIES;
  return [
    ...IMAGES.slice(0, row.images).map(({ image }) => ({
      package: found,
      image: image.digest,
      references: image.references,
    })),
    ...(web === undefined
      ? []
      : [
          {
            package: {
              ...found,
              use: { state: 'loaded' as const, observedMs: 3_600_000, lastSeenAtMs: NOW_MS },
            },
            references: [],
            workload: web.workload.id,
            workloadName: 'shop/web',
          },
        ]),
  ];
};

const matches = (match: ExceptionMatch, finding: Finding): boolean =>
  (match.vulnerability === undefined || finding.vulnerability?.id === match.vulnerability) &&
  (match.package === undefined || finding.package?.name === match.package) &&
  (match.check === undefined || finding.check === match.check);

/** Findings as the rest of the mock holds them: read, and changed when an exception comes or goes. */
export interface MockFindings {
  all(): readonly Finding[];
  change(change: (finding: Finding) => Finding): void;
}

/** The supply chain of one mock controller. */
export class MockSupply {
  readonly #isEmpty: boolean;
  readonly #findings: MockFindings;
  #images: readonly ImageRow[];
  #registries: Registry[];
  #exceptions: FindingException[];

  constructor(isEmpty: boolean, findings: MockFindings) {
    this.#isEmpty = isEmpty;
    this.#findings = findings;
    this.#images = isEmpty ? [] : IMAGES;
    this.#registries = isEmpty ? [] : makeRegistries();
    this.#exceptions = isEmpty ? [] : makeExceptions();
  }

  handlers(): Record<string, MockHandler> {
    return { ...this.#ofImages(), ...this.#ofRegistries(), ...this.#ofExceptions() };
  }

  #image(id: string | undefined): ImageRow | undefined {
    return this.#images.find(({ image }) => image.digest === id);
  }

  #ofImages(): Record<string, MockHandler> {
    return {
      'image.list': ({ query }) => ({ body: pageOf(this.#images, query) }),
      'image.show': ({ params }) => {
        const row = this.#image(params['id']);
        return row === undefined ? NOT_FOUND : { body: imageDetail(row) };
      },
      'image.packages': ({ params, query }) => {
        const row = this.#image(params['id']);
        return row === undefined ? NOT_FOUND : { body: pageOf(imagePackages(row), query) };
      },
      'image.base': ({ params }) => {
        const row = this.#image(params['id']);
        return row === undefined ? NOT_FOUND : { body: imageBase(row) };
      },
      'image.licences': ({ params }) => {
        const row = this.#image(params['id']);
        return row === undefined ? NOT_FOUND : { body: imageLicences(row) };
      },
      'image.sbom': ({ query }) => ({
        body: {
          name: 'shop-web.cdx.json',
          mediaType: 'application/vnd.cyclonedx+json',
          document: JSON.stringify({ bomFormat: 'CycloneDX', asked: query.format ?? '' }),
        },
      }),
      'image.scan': ({ params }) => {
        this.#images = this.#images.map((row) =>
          row.image.digest === params['id'] && row.image.scan !== undefined
            ? { ...row, image: { ...row.image, scan: { ...row.image.scan, state: 'queued' } } }
            : row,
        );
        return { status: 202, body: { queued: 1 } };
      },
      'package.list': ({ query }) => ({ body: pageOf(this.#isEmpty ? [] : ROWS, query) }),
      'package.places': ({ query }) => ({
        body: pageOf(placesOf(query.purl ?? ''), { limit: query.limit ?? 100 }),
      }),
    };
  }

  #setRun(id: string | undefined, run: Partial<Registry['run']>) {
    this.#registries = this.#registries.map((registry) =>
      registry.id === id ? { ...registry, run: { ...registry.run, ...run } } : registry,
    );
    const body = this.#registries.find((registry) => registry.id === id);
    return body === undefined ? NOT_FOUND : { body };
  }

  #ofRegistries(): Record<string, MockHandler> {
    return {
      'registry.list': ({ query }) => ({ body: pageOf(this.#registries, query) }),
      'registry.show': ({ params }) => this.#setRun(params['id'], {}),
      'registry.create': ({ body }) => {
        const { secret, pushSecret, ...settings } = body;
        const registry = {
          ...BASE,
          ...settings,
          id: `r-${this.#registries.length + 1}`,
          hasSecret: secret !== undefined,
          hasPushSecret: pushSecret !== undefined,
          run: { state: 'never', repositories: 0, images: 0, scanned: 0, unchanged: 0, failed: 0 },
          createdAtMs: NOW_MS,
          updatedAtMs: NOW_MS,
          // The border of the mock: the console's own types made the body.
        } as unknown as Registry;
        this.#registries = [...this.#registries, registry];
        return { status: 201, body: registry };
      },
      'registry.update': ({ params, body }) => {
        const { secret, pushSecret, ...settings } = body;
        this.#registries = this.#registries.map((registry) =>
          registry.id === params['id']
            ? {
                ...{ ...registry, ...settings, hasSecret: registry.hasSecret || secret !== undefined },
                hasPushSecret: registry.hasPushSecret === true || pushSecret !== undefined,
              }
            : registry,
        );
        return this.#setRun(params['id'], {});
      },
      'registry.remove': ({ params }) => {
        this.#registries = this.#registries.filter((registry) => registry.id !== params['id']);
        return { body: { removed: true } };
      },
      'registry.try': ({ body }) => {
        const { settings } = body;
        const host =
          typeof settings === 'object' && settings !== null && 'host' in settings ? settings.host : '';
        return String(host).includes('wrong')
          ? {
              body: {
                ok: false,
                code: 'E_REGISTRY_LOGIN',
                detail: `${String(host)} answered 401`,
                remedy: 'ユーザー名とパスワードを確認してください。 / Check the user and the password.',
                elapsedMs: 212,
              },
            }
          : { body: { ok: true, repositories: 42, elapsedMs: 138 } };
      },
      'registry.scan': ({ params }) => ({
        status: 202,
        ...this.#setRun(params['id'], { state: 'listing', startedAtMs: Date.now(), images: 0 }),
      }),
      'registry.cancel': ({ params }) =>
        this.#setRun(params['id'], { state: 'cancelled', finishedAtMs: Date.now() }),
    };
  }

  #ofExceptions(): Record<string, MockHandler> {
    return {
      'exception.list': ({ query }) => ({ body: pageOf(this.#exceptions, query) }),
      'exception.create': ({ body }) => {
        const match = body['match'] as ExceptionMatch;
        const made: FindingException = {
          ...BASE,
          id: `x-${this.#exceptions.length + 1}`,
          match,
          owner: String(body['owner']),
          reason: String(body['reason']),
          expiresAtMs: Number(body['expiresAtMs']),
          createdBy: 'admin',
          createdAtMs: Date.now(),
          matches: this.#findings.all().filter((finding) => matches(match, finding)).length,
        };
        this.#exceptions = [...this.#exceptions, made];
        this.#findings.change((finding) =>
          matches(match, finding) ? { ...finding, state: 'accepted' } : finding,
        );
        return { status: 201, body: made };
      },
      'exception.remove': ({ params }) => {
        const gone = this.#exceptions.find((exception) => exception.id === params['id']);
        this.#exceptions = this.#exceptions.filter((exception) => exception !== gone);
        if (gone !== undefined) {
          this.#findings.change((finding) =>
            matches(gone.match, finding) ? { ...finding, state: 'open' } : finding,
          );
        }
        return { body: { removed: gone !== undefined } };
      },
    };
  }
}
