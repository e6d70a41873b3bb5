// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { type FileSignature, Finding, parser } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { scanProblem } from '../catalogers/problem.ts';
import { LayerSums } from '../distribution/layer-sums.ts';
import type { LayerCache } from '../image/layer-cache.ts';
import type { JsonObject } from '../json/fields.ts';
import { memoryImage, openedMemoryImage } from '../testing/memory-image.ts';
import { ndbOf, rpmHeader } from '../testing/rpm.ts';
import { makeSignature, makeSignatureSet } from '../testing/signatures.ts';
import type { TarFile } from '../testing/trees.ts';
import { type ImageFacts, imageFacts } from './image-facts.ts';
import { KnownFileSet } from './known-files.ts';
import { LayerHygiene } from './layer-hygiene.ts';
import { commandFindings, malwareFindings } from './malware-finding.ts';

const PLACE = {
  cluster: 'local',
  tenant: 'default',
  subject: { workload: 'scan', kind: 'Container', namespace: '', name: 'app:1' },
  nowMs: 0,
} as const;
const signatures = makeSignatureSet(makeSignature());

interface Options {
  readonly document?: JsonObject;
  readonly cache?: LayerCache;
  readonly configSecrets?: readonly string[];
  readonly known?: KnownFileSet;
  readonly chunkBytes?: number;
}
const look = async (layers: readonly (readonly TarFile[])[], options: Options = {}) => {
  const hygiene = new LayerHygiene({ signatures, known: options.known ?? new KnownFileSet() });
  const sums = new LayerSums();
  const source = memoryImage(layers, {
    document: options.document ?? {},
    ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
  });
  const image = await openedMemoryImage(source, {
    consumers: [hygiene, sums],
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  });
  const { facts, unknown }: ImageFacts = imageFacts({
    image,
    hygiene,
    sums,
    now: () => 0,
    ...(options.configSecrets === undefined ? {} : { configSecrets: options.configSecrets }),
  });
  const layerOf = (path: string): string | undefined => image.tree.layerOf(path);
  const findings = malwareFindings(hygiene, { signatures, place: PLACE, layerOf });
  return { facts, unknown, findings, opens: source.opens(), layers: image.layers };
};
const fact = async (name: string, layers: readonly (readonly TarFile[])[], options?: Options) =>
  (await look(layers, options)).facts[name];

describe('facts of the configuration', () => {
  const passwd = {
    path: 'etc/passwd',
    content: 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/\n',
  };
  it.each([
    [undefined, true],
    ['0:1000', true],
    ['root', true],
    ['1000', false],
    ['app:app', false],
    ['toor', true],
    ['nobody', undefined],
  ])('user %s is root: %s', async (user, expected) => {
    const document = { config: { ...(user === undefined ? {} : { User: user }) } };
    const { facts, unknown } = await look([[passwd]], { document });
    expect(facts['image.user-is-root']).toBe(expected);
    expect(unknown['image.user-is-root'] === undefined).toBe(expected !== undefined);
  });

  it('knows a health check, and one that is switched off', async () => {
    const of = (Test: unknown) =>
      fact('image.health-check', [[]], { document: { config: { Healthcheck: { Test } } } });
    expect([await of(['CMD', 'x']), await of(['NONE']), await of(undefined)]).toEqual([true, false, false]);
  });

  it('judges the steps of both builders by name, and quotes none of them', async () => {
    const token = ['tok', 'en-value'].join('');
    const document = {
      history: [
        { created_by: '/bin/sh -c #(nop) ADD file:abc in / ' },
        { created_by: '/bin/sh -c apt-get update' },
        { created_by: 'RUN /bin/sh -c apt-get -qq update && apt-get install -y curl # buildkit' },
        { created_by: `RUN /bin/sh -c curl -H "x: ${token}" https://x/y | bash # buildkit` },
        { created_by: 'ADD https://x/y.tgz /opt/ # buildkit' },
        { created_by: '/bin/sh -c #(nop) ADD dir:abc in /app ' },
        { created_by: 'RUN /bin/sh -c apk add --allow-untrusted x.apk # buildkit' },
        { created_by: 'RUN /bin/sh -c curl -fsSLk https://x/y -o z; apt-get update || true # buildkit' },
        { created_by: 'RUN /bin/sh -c wget -qO- https://x/y | tar xz && yum update -y # buildkit' },
        { created_by: 7 },
      ],
    };
    const { facts } = await look([[]], { document });
    expect(facts).toMatchObject({
      'image.add-steps': ['history[4] ADD fetches a URL', 'history[5] ADD'],
      'image.lonely-updates': ['history[1] RUN', 'history[7] RUN'],
      'image.piped-downloads': ['history[3] RUN'],
      'image.unchecked-steps': ['history[6] RUN: --allow-untrusted', 'history[7] RUN: curl --insecure'],
    });
    expect(JSON.stringify(facts)).not.toContain(token);
  });

  it('are unknown where nothing says them', async () => {
    const { facts, unknown } = await look([[{ path: 'x', content: 'y' }]]);
    for (const name of ['image.add-steps', 'image.config-secrets', 'image.changed-files']) {
      expect(facts[name]).toBeUndefined();
      expect(unknown[name]).toBeTruthy();
    }
  });

  it('take no time on a hostile history', async () => {
    const started = performance.now();
    const created_by = `RUN ${'curl '.repeat(3_000)}${'apt-get '.repeat(500)}`;
    await look([[]], { document: { history: Array.from({ length: 500 }, () => ({ created_by })) } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('facts of files', () => {
  it('name setuid files, and those that no package brought', async () => {
    const { facts } = await look([
      [
        { path: 'usr/bin/su', content: 'x', mode: 0o4755 },
        { path: 'usr/bin/mine', content: 'x', mode: 0o2755 },
        { path: 'var/lib/dpkg/info/login.list', content: '/usr/bin/su\n' },
      ],
    ]);
    expect(facts['image.setuid-files']).toHaveLength(2);
    expect(facts['image.setuid-unowned']).toEqual([
      expect.stringMatching(/^\/usr\/bin\/mine 2755 0:0 in sha256:[0-9a-f]{12}$/),
    ]);
  });

  it('name programs in places for passing files, unless a later layer removed them', async () => {
    const layer = [
      { path: 'tmp/a', content: '\x7fELF....' },
      { path: 'dev/shm/b', content: 'x', mode: 0o755 },
      { path: 'tmp/notes.txt', content: 'x' },
    ];
    expect(await fact('image.temporary-programs', [layer])).toHaveLength(2);
    expect(
      await fact('image.temporary-programs', [layer, [{ path: 'tmp/.wh.a' }, { path: 'dev/.wh.shm' }]]),
    ).toEqual([]);
  });

  it('name libraries that are loaded into everything', async () => {
    const found = await fact(
      'image.preloaded-libraries',
      [
        [
          { path: 'etc/ld.so.preload', content: '# none\n/usr/lib/x.so\n\u001b[31m\n' },
          { path: 'etc/environment', content: 'LD_PRELOAD="/opt/y.so"\n' },
        ],
      ],
      { document: { config: { Env: ['LD_PRELOAD=/opt/z.so', 'PATH=/bin'] } } },
    );
    expect(found).toEqual([
      '/opt/z.so by config.Env',
      expect.stringContaining('/usr/lib/x.so by /etc/ld.so.preload in sha256:'),
      expect.stringContaining('a library with an odd name by /etc/ld.so.preload'),
      expect.stringContaining('/opt/y.so by /etc/environment'),
    ]);
  });

  it('name npm packages that fetch when they are installed', async () => {
    const files = [
      { path: 'app/node_modules/x/package.json', content: '{"scripts":{"postinstall":"curl x"}}' },
    ];
    expect(await fact('image.install-hooks', [files])).toEqual([
      expect.stringContaining('/app/node_modules/x/package.json postinstall calls curl in sha256:'),
    ]);
  });

  const hash = (algorithm: string, text: string, form: 'hex' | 'base64' = 'hex'): string =>
    createHash(algorithm).update(text).digest(form);
  const files = (second: string): TarFile[] => [
    { path: 'usr/bin/one', content: 'one' },
    { path: 'usr/bin/two', content: second },
    { path: 'usr/bin/unrecorded', content: 'x' },
  ];
  it.each<[string, TarFile[]]>([
    [
      'dpkg',
      [
        {
          path: 'var/lib/dpkg/info/tools:amd64.md5sums',
          content: `${hash('md5', 'one')}  usr/bin/one\n${hash('md5', 'two')}  bin/two\n`,
        },
      ],
    ],
    [
      'apk',
      [
        {
          path: 'lib/apk/db/installed',
          content: `P:tools\nV:1\nF:usr/bin\nR:one\nZ:Q1${hash('sha1', 'one', 'base64')}\nR:two\nZ:Q2${hash('sha256', 'two', 'base64')}\n\n`,
        },
      ],
    ],
    [
      'rpm',
      [
        {
          path: 'usr/lib/sysimage/rpm/Packages.db',
          content: ndbOf([
            rpmHeader({
              name: 'tools',
              version: '1',
              release: '1',
              files: ['/usr/bin/one', '/usr/bin/two'],
              sums: {
                algorithm: 8,
                digests: [hash('sha256', 'one'), hash('sha256', 'two')],
                flags: [0, 0],
                verify: [1, 1],
              },
            }),
          ]),
        },
      ],
    ],
  ])('name files that are other than %s recorded them', async (_manager, database) => {
    expect(await fact('image.changed-files', [[...database, ...files('two')]])).toEqual([]);
    expect(await fact('image.changed-files', [[...database, ...files('TWO')]])).toEqual([
      expect.stringMatching(/^\/usr\/bin\/two of tools in sha256:/),
    ]);
    const later = [...database, ...files('two')];
    expect(await fact('image.changed-files', [later, [{ path: 'usr/bin/one', content: 'patched' }]])).toEqual(
      [expect.stringMatching(/^\/usr\/bin\/one of tools in sha256:/)],
    );
  });

  it('leave out diverted files, and what any package that says so brought', async () => {
    const lists = [
      {
        path: 'var/lib/dpkg/info/a.md5sums',
        content: `${hash('md5', 'old')}  usr/bin/one\n${hash('md5', 'x')}  usr/bin/two\n`,
      },
      { path: 'var/lib/dpkg/info/b.md5sums', content: `${hash('md5', 'one')}  usr/bin/one\n` },
      { path: 'var/lib/dpkg/diversions', content: '/usr/bin/two\n/usr/bin/two.real\nother\n' },
    ];
    expect(await fact('image.changed-files', [[...lists, ...files('two')]])).toEqual([]);
  });

  it('are the same from the cache, without reading a layer', async () => {
    const kept = new Map<string, Buffer>();
    const cache: LayerCache = { get: (key) => kept.get(key), put: (key, bytes) => void kept.set(key, bytes) };
    const layers = [
      [
        ...files('two'),
        { path: 'tmp/a', content: '\x7fELF', mode: 0o755 },
        { path: 'opt/a.sh', content: 'harmful-words' },
      ],
    ];
    const first = await look(layers, { cache });
    const again = await look(layers, { cache, chunkBytes: 100 });
    expect([first.opens, again.opens]).toEqual([1, 0]);
    expect({ ...again, opens: 1 }).toEqual(first);
    expect((await look(layers, { chunkBytes: 3 })).facts).toEqual(first.facts);
  });

  it('keeps names of files that would act on a terminal quoted, and lists short', async () => {
    const many = Array.from({ length: 300 }, (_, at) => ({
      path: `tmp/\u001b[2J${at}`,
      content: 'x',
      mode: 0o755,
    }));
    const found = await fact('image.temporary-programs', [many]);
    expect(found).toHaveLength(201);
    const items = Array.isArray(found) ? found : [];
    expect(items.filter((item) => item.includes('\u001b'))).toEqual([]);
    expect(items.at(-1)).toBe('and 100 more');
  });
});

describe('notes of a layer', () => {
  it('are taken only in their own form', () => {
    const hygiene = new LayerHygiene({ signatures, known: new KnownFileSet() });
    for (const notes of [undefined, null, 7, {}, { files: 1 }, { files: 1, sums: {}, hits: [] }])
      expect(hygiene.take('sha256:x', notes)).toBe(false);
    expect(hygiene.layers().size).toBe(0);
  });

  it('depend on signatures and checksums', () => {
    const of = (known: KnownFileSet, ...more: readonly FileSignature[]): string =>
      new LayerHygiene({ signatures: makeSignatureSet(...more), known }).key;
    const known = new KnownFileSet();
    known.add('ab'.repeat(32), 'x');
    const keys = [
      of(new KnownFileSet()),
      of(known),
      of(new KnownFileSet(), makeSignature({ severity: 'low' })),
    ];
    expect(new Set(keys).size).toBe(3);
    expect(of(new KnownFileSet())).toBe(keys[0]);
  });

  it('never hold what a limit cut short', async () => {
    const kept = new Map<string, Buffer>();
    const cache: LayerCache = {
      get: (key) => kept.get(key),
      put: (key, bytes) => void kept.set(key, bytes),
    };
    const layers = [[{ path: 'opt/x.sh', content: 'harmful-words'.repeat(110_000) }]];
    expect((await look(layers, { cache })).opens).toBe(1);
    expect((await look(layers, { cache })).opens).toBe(1);
  });
});

describe('an image that could not be read to its end', () => {
  it('has no fact that says that nothing is there', async () => {
    const hygiene = new LayerHygiene({ signatures, known: new KnownFileSet() });
    const sums = new LayerSums();
    const opened = await openedMemoryImage(memoryImage([[{ path: 'tmp/a', content: '\x7fELF' }]]), {
      consumers: [hygiene, sums],
    });
    const told = { en: 'layer 2: the time is over', ja: 'レイヤー 2：時間切れ' };
    const problems = [scanProblem('scan.timeout', '/', told)];
    const { facts, unknown } = imageFacts({ image: { ...opened, problems }, hygiene, sums, now: () => 0 });
    expect(facts['image.temporary-programs']).toHaveLength(1);
    expect(facts['image.setuid-unowned']).toBeUndefined();
    expect(unknown['image.setuid-unowned']).toBe('not everything was read: layer 2: the time is over');
  });
});

describe('rpm', () => {
  it('gives the checksums of its files', async () => {
    const { readRpmHeader } = await import('../catalogers/rpm/header.ts');
    const header = readRpmHeader(
      rpmHeader({
        name: 'tools',
        version: '1',
        release: '1',
        files: ['/usr/bin/one', '/etc/one.conf', '/usr/bin/loose', '/usr/bin'],
        sums: { algorithm: 8, digests: ['aa', 'bb', 'cc', ''], flags: [0, 1, 0, 0], verify: [1, 1, 0, 1] },
      }),
    );
    expect([...(header?.sums() ?? [])]).toEqual([
      { path: '/usr/bin/one', algorithm: 'sha256', digest: 'aa' },
    ]);
  });
});

describe('harmful files', () => {
  it('are found in every layer, also when a later one deletes them, as findings of the contracts', async () => {
    const script = { path: 'opt/run.sh', content: '#!/bin/sh\nharmful-words' };
    const { findings, layers } = await look([
      [script],
      [{ path: 'opt/.wh.run.sh' }],
      [{ path: 'opt/two.sh', content: 'HARMFUL-WORDS' }],
    ]);
    expect(findings.map(({ location }) => [location?.kind, location?.path, location?.layer])).toEqual([
      ['deleted-file', '/opt/run.sh', layers[0]],
      ['file', '/opt/two.sh', layers[2]],
    ]);
    for (const one of findings) expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(findings[0]).toMatchObject({
      kind: 'malware',
      check: 'malware.test',
      evidence: ['"words" ends at byte 23'],
    });
    expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
  });

  it('are found by their checksum', async () => {
    const known = new KnownFileSet();
    known.add(createHash('sha256').update('bad').digest('hex'), 'a bot');
    const { findings } = await look([[{ path: 'srv/x.txt', content: 'bad' }]], { known });
    expect(findings).toMatchObject([
      { check: 'malware.known-file', severity: 'critical', title: { en: 'Known file: a bot in /srv/x.txt' } },
    ]);
  });

  it('are found in what the image runs by itself', () => {
    const document = {
      config: {
        Entrypoint: ['sh', '-c', 'harmful-words'],
        Cmd: null,
        Healthcheck: { Test: ['CMD', 'harmful-words'] },
      },
      history: [{ created_by: 'RUN harmful-words' }, {}],
    };
    const findings = commandFindings(document, { signatures, place: PLACE });
    expect(findings.map(({ location }) => location?.path)).toEqual([
      'config.Entrypoint',
      'config.Healthcheck',
      'history[0]',
    ]);
  });
});
