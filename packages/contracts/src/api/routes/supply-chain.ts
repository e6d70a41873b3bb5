// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { OpaqueId } from '../../ids.ts';
import { ExceptionMatch, FindingException } from '../../nouns/exception.ts';
import { CoverageEntry, Package } from '../../nouns/finding.ts';
import { Image } from '../../nouns/image.ts';
import { STATEMENT_ORIGINS, VexDocument } from '../../nouns/vex.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  object,
  optional,
  text,
} from '../../schema.ts';
import { SeveritySchema } from '../../severity.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

const idParams = inline('Path', { id: OpaqueId });

/** An image as lists show it: without its layers. */
export const ImageSummary = object('ImageSummary', 'An image with what is wrong with it', {
  image: Image,
  openFindings: labels('Open findings per severity (numbers as text)'),
  fixable: integer('Open findings that a newer version removes', '1'),
});
export type ImageSummary = Static<typeof ImageSummary>;

/** A package as the search over all images and workloads shows it. */
export const PackageRow = object('PackageRow', 'A package version and how far it is spread', {
  name: text('Name', 512),
  version: text('Version', 256),
  ecosystem: text('OSV ecosystem', 64),
  purl: text('Package URL', 1024),
  images: integer('Images that have it', '1'),
  workloads: integer('Workloads that have it', '1'),
  openFindings: integer('Open findings about it', '1'),
});
export type PackageRow = Static<typeof PackageRow>;

/** Where one package is. */
export const PackagePlace = object('PackagePlace', 'A place where a package is', {
  package: Package,
  image: optional(text('Image digest', 128)),
  references: list(text('Reference', 512), 'Names of the image', 64),
  workload: optional(OpaqueId),
  workloadName: optional(text('namespace/name of the workload', 512)),
});
export type PackagePlace = Static<typeof PackagePlace>;

const flawList = (description: string) =>
  list(
    inline('A finding', {
      vulnerability: text('Id', 128),
      package: text('Package', 512),
      version: text('Version', 256),
      severity: SeveritySchema,
    }),
    description,
    200,
  );

/** What an image is built on, by its label or by its layers, among the images that are known. */
export const ImageBase = object(
  'ImageBase',
  'What an image is built on, and what a newer base would change',
  {
    base: optional(
      inline('The base; absent: no label says so, and no known image has its lowest layers', {
        how: choice(['label', 'layers'], 'label: the image says so; layers: it begins with all layers of it'),
        reference: optional(text('Name', 512)),
        digest: optional(text('Digest', 128)),
        layers: optional(integer('Layers of it; absent: the base itself is not known here', '1')),
      }),
    ),
    findings: inline('Open findings by the layer that brought them', {
      base: integer('Of the base', '1'),
      own: integer('Of the layers above it', '1'),
      unknown: integer('Of no layer that is known', '1'),
    }),
    newer: choice(
      ['newer', 'current', 'unknown'],
      'newer: the name of the base leads to a later image now; current: it does not; unknown: nobody can tell',
    ),
    reason: optional(
      choice(
        ['no-base', 'base-not-known', 'no-name', 'not-read'],
        'Why it is unknown; not-read: the effect is, because one of the images was not read',
      ),
    ),
    newBase: optional(
      inline('The newer base', {
        digest: text('Digest', 128),
        reference: text('Name', 512),
        createdAtMs: optional(instant('Created, as it says itself')),
        effect: optional(
          inline('What changes on it, held against the advisories in use', {
            removes: integer('Open findings that go', '1'),
            adds: integer('Findings that come', '1'),
            keeps: integer('Open findings that stay', '1'),
            removed: flawList('The first of those that go'),
            added: flawList('The first of those that come'),
            isComplete: flag('Both images were read to the end'),
          }),
        ),
      }),
    ),
  },
);
export type ImageBase = Static<typeof ImageBase>;

/** Licences as packages declare them. */
export const ImageLicences = object('ImageLicences', 'Licences of the packages of an image', {
  packages: integer('Packages', '1'),
  undeclared: integer('Packages that declare none', '1'),
  kinds: integer('Different licences', '1'),
  isComplete: flag('The image was read to the end'),
  licences: list(
    inline('A licence', {
      licence: text('As the package declares it', 512),
      isStandard: flag('It is an SPDX expression'),
      packages: integer('Packages under it', '1'),
      examples: list(text('Package', 512), 'Some of them', 5),
    }),
    'The most frequent first',
    500,
  ),
});
export type ImageLicences = Static<typeof ImageLicences>;

/** Images, software bills of materials, exceptions. */
export const supplyChainRoutes = [
  route({
    id: 'image.list',
    method: 'GET',
    path: '/images',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'List images', ja: 'イメージの一覧' },
    query: ListQuery,
    response: page(ImageSummary, 'Images'),
  }),
  route({
    id: 'image.show',
    method: 'GET',
    path: '/images/:id',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'One image with its layers', ja: 'イメージの詳細（レイヤーを含む）' },
    params: idParams,
    response: object('ImageDetail', 'An image with its layers and what could be judged', {
      ...ImageSummary.properties,
      coverage: list(CoverageEntry, 'What the scan could judge', 64),
    }),
  }),
  route({
    id: 'image.packages',
    method: 'GET',
    path: '/images/:id/packages',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'Packages of an image', ja: 'イメージのパッケージ' },
    params: idParams,
    query: ListQuery,
    response: page(Package, 'Packages'),
  }),
  route({
    id: 'image.sbom',
    method: 'GET',
    path: '/images/:id/sbom',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: {
      en: 'Software bill of materials of an image, the same bytes for the same image',
      ja: 'イメージの SBOM（同じイメージなら同じバイト列）',
    },
    params: idParams,
    query: Type.Object(
      { format: optional(choice(['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'], 'Format')) },
      { additionalProperties: false, description: 'Format' },
    ),
    response: inline('Document', {
      name: text('File name', 512),
      mediaType: text('Media type', 128),
      document: text('The document', 64_000_000),
    }),
  }),
  route({
    id: 'image.base',
    method: 'GET',
    path: '/images/:id/base',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: {
      en: 'What an image is built on, and which findings a newer base removes',
      ja: 'ベースイメージと、新しいベースで解消する検出事項',
    },
    params: idParams,
    response: ImageBase,
  }),
  route({
    id: 'image.licences',
    method: 'GET',
    path: '/images/:id/licences',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'Licences of the packages of an image', ja: 'イメージのパッケージのライセンス' },
    params: idParams,
    response: ImageLicences,
  }),
  route({
    id: 'image.scan',
    method: 'POST',
    path: '/images/:id/scans',
    tag: 'inventory',
    permission: 'registries:manage',
    status: 202,
    audit: 'image.scan',
    summary: { en: 'Scan an image again', ja: 'イメージを再スキャンする' },
    params: idParams,
    response: inline('Accepted', { queued: integer('Images waiting', '1') }),
  }),
  route({
    id: 'package.list',
    method: 'GET',
    path: '/packages',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: {
      en: 'Search packages over all images and workloads',
      ja: 'すべてのイメージとワークロードからパッケージを検索する',
    },
    query: ListQuery,
    response: page(PackageRow, 'Packages'),
  }),
  route({
    id: 'package.places',
    method: 'GET',
    path: '/package-places',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'Where a package is', ja: 'パッケージの所在' },
    query: Type.Object(
      {
        purl: text('Package URL, with or without a version', 1024, { minLength: 1 }),
        limit: optional(
          Type.Integer({ minimum: 1, maximum: 1000, description: 'Items on a page', unit: '1' }),
        ),
        cursor: optional(text('Cursor of the page before', 1024)),
      },
      { additionalProperties: false, description: 'Which package' },
    ),
    response: page(PackagePlace, 'Places'),
  }),
  route({
    id: 'exception.list',
    method: 'GET',
    path: '/exceptions',
    tag: 'findings',
    permission: 'findings:read',
    status: 200,
    list: true,
    summary: { en: 'List exceptions', ja: '例外の一覧' },
    query: ListQuery,
    response: page(FindingException, 'Exceptions'),
  }),
  route({
    id: 'exception.create',
    method: 'POST',
    path: '/exceptions',
    tag: 'findings',
    permission: 'findings:accept',
    status: 201,
    audit: 'exception.create',
    summary: { en: 'Accept a risk wherever it is found, until a date', ja: '期限つきで例外を登録する' },
    body: inline('Exception', {
      match: ExceptionMatch,
      owner: text('Who answers for it', 256, { minLength: 1 }),
      reason: text('Why', 2000, { minLength: 1 }),
      expiresAtMs: instant('When it ends'),
    }),
    response: FindingException,
  }),
  route({
    id: 'exception.remove',
    method: 'DELETE',
    path: '/exceptions/:id',
    tag: 'findings',
    permission: 'findings:accept',
    status: 200,
    audit: 'exception.remove',
    summary: { en: 'Take an exception back', ja: '例外を取り消す' },
    params: idParams,
    response: inline('Removed', { removed: flag('It was there') }),
  }),
  route({
    id: 'vex.list',
    method: 'GET',
    path: '/vex-documents',
    tag: 'findings',
    permission: 'findings:read',
    status: 200,
    list: true,
    summary: { en: 'List VEX documents', ja: 'VEX 文書の一覧' },
    query: ListQuery,
    response: page(VexDocument, 'VEX documents'),
  }),
  route({
    id: 'vex.import',
    method: 'POST',
    path: '/vex-documents',
    tag: 'findings',
    permission: 'findings:accept',
    status: 201,
    audit: 'vex.import',
    upload: true,
    summary: {
      en: 'Import an OpenVEX, CSAF or CycloneDX VEX document (application/octet-stream)',
      ja: 'OpenVEX・CSAF・CycloneDX VEX 文書を取り込む（application/octet-stream）',
    },
    query: inline('What it is', {
      name: text('Name', 256, { minLength: 1 }),
      origin: optional(choice(STATEMENT_ORIGINS, 'Whose word it is; user unless said otherwise')),
    }),
    response: VexDocument,
  }),
  route({
    id: 'vex.remove',
    method: 'DELETE',
    path: '/vex-documents/:id',
    tag: 'findings',
    permission: 'findings:accept',
    status: 200,
    audit: 'vex.remove',
    summary: { en: 'Remove a VEX document', ja: 'VEX 文書を削除する' },
    params: idParams,
    response: inline('Removed', { removed: flag('It was there') }),
  }),
] as const;
