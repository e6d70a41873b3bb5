// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Image, ImageLayer, Package, ResponseOf } from '@bartizan/contracts';
import { PACKAGES } from './access.ts';
import { BASE, DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, seeded } from './random.ts';
import { SUMMARIES } from './workloads.ts';

export type ImageRow = ResponseOf<'image.list'>['items'][number];
const PACK = 'b7e23ec29af22b0b4e41da31e868d57226121c84b7e23ec29af22b0b4e41da31';
const sha = (seed: number): string => `sha256:${seeded(seed).hex(64)}`;

const COMMANDS = [
  '/bin/sh -c #(nop) ADD file:4b1be1de1a1e5aa6 in / ',
  '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl openssl && rm -rf /var/lib/apt/lists/*',
  'ENV NODE_VERSION=22.11.0',
  'RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit',
  'COPY package.json package-lock.json ./ # buildkit',
  'RUN /bin/sh -c npm ci --omit=dev # buildkit',
  'COPY . . # buildkit',
] as const;
const layersOf = (seed: number, findings: number): ImageLayer[] =>
  COMMANDS.map((command, index) => ({
    diffId: sha(seed * 31 + index),
    digest: sha(seed * 37 + index),
    sizeBytes: [29_150_000, 41_800_000, 32, 4_812, 91_204, 118_400_000, 2_310_000][index] ?? 0,
    command,
    packages: [88, 31, 0, 0, 0, 412, 0][index] ?? 0,
    openFindings: Math.round(findings * ([0.5, 0.2, 0, 0, 0, 0.3, 0][index] ?? 0)),
    ...(index < 3 ? { base: true } : {}),
  }));

const DONE: NonNullable<Image['scan']> = {
  state: 'done',
  reasons: [],
  scannedAtMs: NOW_MS - 3 * HOUR_MS,
  catalogueVersion: '2026.11.1',
  matchedAtMs: NOW_MS - 40 * MINUTE_MS,
  matchedWith: PACK,
};

interface Spec {
  readonly references: readonly string[];
  readonly open: Readonly<Record<string, string>>;
  readonly scan?: Image['scan'];
  readonly signature?: Image['signature'];
  readonly signatures?: NonNullable<Image['signatures']>;
  readonly registries?: string[];
}
/** Images the workloads run, and some that only a registry offers, in every state a scan can be in. */
const SPECS: readonly Spec[] = [
  {
    references: ['registry.example.com/shop/web:2.14.1', 'registry.example.com/shop/web:latest'],
    open: { critical: '2', high: '11', medium: '23' },
    signature: {
      state: 'signed',
      signers: ['https://github.com/example/shop/.github/workflows/release.yml@refs/heads/main'],
      checkedAtMs: NOW_MS - 3 * HOUR_MS,
    },
    signatures: [
      {
        ...{ state: 'signed', signers: [], checkedAtMs: NOW_MS - 3 * HOUR_MS },
        ...{ registry: 'r-shop', repository: 'shop/web' },
      },
    ],
    registries: ['r-shop'],
  },
  {
    references: ['registry.example.com/shop/api:1.9.0'],
    open: { high: '4', medium: '7', low: '3' },
    scan: {
      ...DONE,
      state: 'incomplete',
      reasons: [
        {
          en: 'scan.limit /srv/app/vendor/big.jar: 536870913 bytes are more than is kept in memory',
          ja: 'scan.limit /srv/app/vendor/big.jar：536870913 バイトはメモリーに置ける上限を超えています',
        },
        {
          en: 'scan.limit /: layer 6: more names than the limit',
          ja: 'scan.limit /：レイヤー 6：大きさの上限を超えています',
        },
      ],
    },
    signature: { state: 'unsigned', signers: [], checkedAtMs: NOW_MS - 3 * HOUR_MS },
    registries: ['r-shop'],
  },
  {
    references: ['docker.io/library/postgres:16.4-bookworm'],
    open: { medium: '5', low: '8' },
    signature: { state: 'unsigned', signers: [] },
  },
  {
    references: [
      'registry.example.com/platform/continuous-integration/runner-with-a-very-long-name:2026.11.24-nightly-debug',
    ],
    open: { critical: '1', high: '6', medium: '2' },
    signature: {
      state: 'invalid',
      signers: [],
      reason: 'the signature is over another digest',
      checkedAtMs: NOW_MS - HOUR_MS,
    },
  },
  {
    references: ['docker.io/prom/prometheus:v3.2.1'],
    open: {},
    signature: { state: 'unknown', signers: [], reason: 'the registry did not answer' },
  },
  { references: ['registry.k8s.io/coredns/coredns:v1.12.0'], open: { unknown: '4' } },
  {
    references: ['registry.example.com/shop/mail:0.4.0'],
    open: {},
    scan: {
      state: 'failed',
      code: 'E_REGISTRY_UNREACHABLE',
      reasons: [
        {
          en: 'registry.example.com: no answer within 30 s',
          ja: 'レジストリから応答がありません。',
        },
      ],
    },
    registries: ['r-shop'],
  },
  {
    references: ['registry.example.com/shop/search:3.0.0-rc.1'],
    open: {},
    scan: { state: 'queued', reasons: [] },
  },
  { references: [], open: {}, scan: { state: 'never', reasons: [] } },
];

const digestOf = (references: readonly string[], index: number): string => {
  const running = SUMMARIES.find(({ workload }) => workload.image === references[0]);
  return running?.workload.imageDigest ?? sha(9_000 + index);
};

const rowOf = (spec: Spec, index: number): ImageRow => {
  const digest = digestOf(spec.references, index);
  const findings = Object.values(spec.open).reduce((sum, value) => sum + Number(value), 0);
  const scan = spec.scan ?? DONE;
  const isRead = scan.scannedAtMs !== undefined;
  return {
    image: {
      ...BASE,
      digest,
      references: [...spec.references],
      platform: index === 4 ? 'linux/arm64/v8' : 'linux/amd64',
      ...(isRead
        ? {
            distribution: index === 4 ? 'busybox 1.37' : 'debian 12',
            sizeBytes: 191_756_048 + index * 1_000_000,
            createdAtMs: NOW_MS - (3 + index) * DAY_MS,
            packages: 531 - index * 40,
            layers: layersOf(index + 1, findings),
            base: { reference: 'docker.io/library/node:22-bookworm-slim', layers: 3 },
          }
        : {}),
      ...(spec.registries === undefined ? {} : { registries: spec.registries }),
      scan,
      ...(spec.signature === undefined ? {} : { signature: spec.signature }),
      ...(spec.signatures === undefined ? {} : { signatures: spec.signatures }),
      usedBy: SUMMARIES.filter(({ workload }) => workload.imageDigest === digest).map(
        ({ workload }) => workload.id,
      ),
      firstSeenAtMs: NOW_MS - (index + 2) * DAY_MS,
      lastSeenAtMs: NOW_MS - index * 7 * MINUTE_MS,
    },
    openFindings: spec.open,
    fixable: Math.floor(findings * 0.8),
  };
};
export const IMAGES: readonly ImageRow[] = SPECS.map(rowOf);

/** An image with what could be judged of it. */
export const imageDetail = (row: ImageRow): ResponseOf<'image.show'> => ({
  ...row,
  coverage:
    row.image.packages === undefined
      ? []
      : [
          { ecosystem: 'Debian:12', state: 'covered', packages: 119, withoutData: 3, asOf: '2026-11-25' },
          { ecosystem: 'npm', state: 'partial', packages: 412, withoutData: 71, asOf: '2026-11-24' },
        ],
});

const USES = ['loaded', 'touched', 'not-seen'] as const;
/** Packages of an image: those of a workload, with layers, licences and use. */
export const imagePackages = (row: ImageRow): Package[] =>
  row.image.packages === undefined
    ? []
    : PACKAGES.slice(0, row.image.packages).map((found, index) => {
        const layer = row.image.layers?.[[0, 0, 1, 5][index % 4] ?? 0];
        return {
          ...found,
          ...(layer === undefined ? {} : { layer: layer.diffId }),
          ...(index % 5 === 4
            ? {}
            : { licenses: [['GPL-2.0-or-later'], ['MIT'], ['Apache-2.0', 'MIT']][index % 3] ?? [] }),
          ...(row.image.usedBy.length === 0
            ? {}
            : {
                use: {
                  state: USES[index % 3] ?? 'loaded',
                  observedMs: 6 * HOUR_MS,
                  lastSeenAtMs: NOW_MS - HOUR_MS,
                },
              }),
        };
      });

/** What an image is built on: some of them on nothing that is known. */
export const imageBase = ({ image }: ImageRow): ResponseOf<'image.base'> => {
  const findings = { base: 5, own: 2, unknown: 0 };
  if (image.base === undefined) return { findings, newer: 'unknown', reason: 'no-base' };
  const flaw = (vulnerability: string, name: string, version: string) =>
    ({ vulnerability, package: name, version, severity: 'high' }) as const;
  return {
    base: { how: 'layers', ...image.base, digest: sha(7) },
    findings,
    newer: 'newer',
    newBase: {
      digest: sha(8),
      reference: image.base.reference ?? 'debian:12',
      createdAtMs: NOW_MS - 2 * DAY_MS,
      effect: {
        ...{ removes: 4, adds: 1, keeps: 2, isComplete: true },
        removed: [flaw('CVE-2024-5535', 'openssl', '3.0.11-1'), flaw('CVE-2024-2961', 'glibc', '2.36-9')],
        added: [flaw('CVE-2025-0395', 'glibc', '2.36-10')],
      },
    },
  };
};

/** Licences of the packages of an image. */
export const imageLicences = (row: ImageRow): ResponseOf<'image.licences'> => {
  const packages = imagePackages(row);
  const under = (licence: string) => {
    const names = packages.filter(({ licenses = [] }) => licenses.includes(licence)).map(({ name }) => name);
    return { licence, isStandard: true, packages: names.length, examples: names.slice(0, 5) };
  };
  const licences = ['MIT', 'GPL-2.0-or-later', 'Apache-2.0'].map(under);
  const undeclared = packages.filter(({ licenses = [] }) => licenses.length === 0).length;
  return { packages: packages.length, undeclared, kinds: licences.length, isComplete: true, licences };
};

/** Findings about an image itself: some of its packages, and two secrets. */
export const imageFindings = (like: Finding): Finding[] => {
  const [web] = IMAGES;
  if (web === undefined) return [];
  const subject: Finding['subject'] = {
    workload: web.image.digest,
    kind: 'Image',
    namespace: '',
    name: 'shop/web',
    image: web.image.references[0] ?? '',
    imageDigest: web.image.digest,
  };
  const { package: _, vulnerability: __, ...rest } = like;
  const secret = (index: number, more: Partial<Finding>): Finding => ({
    ...rest,
    id: `f-${seeded(7_000 + index).hex(24)}`,
    kind: 'secret',
    subject,
    groupKey: `secret:${index}`,
    why: [
      {
        step: 'rule',
        detail: { en: 'the pattern and its checksum hold', ja: 'パターンとチェックサムが一致' },
      },
    ],
    fix: {
      state: 'configuration',
      action: {
        en: 'Rotate the token, and build the image without it',
        ja: 'トークンを更新し、含めずにイメージを再構築する',
      },
    },
    evidence: [],
    ...more,
  });
  const last = web.image.layers?.at(-1)?.diffId ?? '';
  return [
    ...Array.from({ length: 9 }, (_item, index) => ({
      ...like,
      id: `f-${seeded(6_000 + index).hex(24)}`,
      severity: (['critical', 'high', 'high', 'medium'] as const)[index % 4] ?? 'high',
      subject,
    })),
    secret(1, {
      severity: 'critical',
      check: 'secret.github-token',
      title: { en: 'A GitHub token is in the image', ja: 'イメージに GitHub トークンが含まれています' },
      location: { kind: 'deleted-file', path: '/app/.npmrc', line: 2, column: 17, layer: last },
      secret: { preview: 'ghp_…(40)', fingerprint: seeded(1).hex(64), verification: 'verified' },
    }),
    secret(2, {
      severity: 'high',
      check: 'secret.private-key',
      title: { en: 'A private key is in the image', ja: 'イメージに秘密鍵が含まれています' },
      location: { kind: 'file', path: '/app/test/fixtures/server.key', line: 1, column: 1, layer: last },
      secret: {
        preview: '----…(1704)',
        fingerprint: seeded(2).hex(64),
        verification: 'plausible',
      },
    }),
  ];
};
