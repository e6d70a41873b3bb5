// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyVex, meansPackage, type VexSet, type VexSubject, vexFor } from './apply-vex.ts';
import { readVex } from './read-vex.ts';
import { productOf, VEX_STATUSES, type VexStatement } from './statement.ts';
import { expressible, VEX_FORMATS, writeVex } from './write-vex.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const found = (purl: string, id = 'CVE-2026-1', aliases: string[] = []): VexSubject => ({
  package: {
    name: 'x',
    version: '1',
    ecosystem: 'npm',
    purl,
    cataloger: 'npm',
    locations: [],
  } satisfies Package,
  vulnerability: { id, aliases },
});
const statement = (more: Partial<VexStatement> = {}): VexStatement => ({
  vulnerability: 'CVE-2026-1',
  aliases: [],
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
  products: [productOf('pkg:npm/a@1.0.0')],
  source: { format: 'openvex', document: 'd', author: 'x', timestamp: '2026-01-01T00:00:00Z' },
  ...more,
});
const says = (subject: VexSubject, sets: VexSet[], imageDigest?: string) =>
  vexFor(subject, sets, imageDigest === undefined ? {} : { imageDigest });
const by = (origin: VexSet['origin'], ...statements: VexStatement[]): VexSet => ({ origin, statements });

describe('a package URL of a statement', () => {
  it.each([
    ['pkg:npm/a@1.0.0', 'pkg:npm/a@1.0.0', true],
    ['pkg:npm/a', 'pkg:npm/a@1.0.0', true],
    ['pkg:npm/a@1.0.1', 'pkg:npm/a@1.0.0', false],
    ['pkg:npm/%40s/a@1.0.0', 'pkg:npm/a@1.0.0', false],
    ['pkg:deb/debian/x@1?arch=amd64', 'pkg:deb/debian/x@1?arch=amd64', true],
    ['pkg:deb/debian/x@1', 'pkg:deb/debian/x@1?arch=amd64', true],
    ['pkg:deb/debian/x@1?arch=arm64', 'pkg:deb/debian/x@1?arch=amd64', false],
    ['pkg:deb/debian/x@1?distro=debian-12', 'pkg:deb/debian/x@1?arch=amd64', true],
    ['pkg:pypi/a@1.0.0', 'pkg:npm/a@1.0.0', false],
    ['nonsense', 'pkg:npm/a@1.0.0', false],
  ])('%s means %s: %s', (stated, actual, expected) => {
    expect(meansPackage(stated, actual)).toBe(expected);
  });
});

describe('statements about findings', () => {
  const subject = found('pkg:npm/a@1.0.0');

  it('explain a finding and never remove one', () => {
    const findings = [subject, found('pkg:npm/b@1.0.0')];
    const judged = applyVex(findings, [by('vendor', statement())], {});
    expect(judged).toHaveLength(2);
    expect(judged[0]?.vex).toMatchObject({
      status: 'not_affected',
      statement: { justification: 'vulnerable_code_not_present', source: { document: 'd' } },
      why: 'package pkg:npm/a@1.0.0',
    });
    expect(judged[1]).toEqual(findings[1]);
  });

  it('are found under any id of the flaw', () => {
    const aliased = found('pkg:npm/a@1.0.0', 'GHSA-1', ['CVE-2026-1']);
    expect(says(aliased, [by('feed', statement())])?.status).toBe('not_affected');
    expect(says(found('pkg:npm/a@1.0.0', 'CVE-9'), [by('feed', statement())])).toBeUndefined();
    expect(
      says(found('pkg:npm/a@1.0.0', 'X-1'), [by('feed', statement({ aliases: ['X-1'] }))]),
    ).toBeDefined();
  });

  it('do not count when they say "not affected" and not why', () => {
    const { justification: _none, ...bare } = statement();
    expect(says(subject, [by('user', bare)])).toBeUndefined();
    expect(says(subject, [by('user', { ...bare, detail: 'we never call it' })])?.status).toBe('not_affected');
  });

  it('hold for an image by its digest, for all of it or for a part', () => {
    const image = productOf(`pkg:oci/app@${DIGEST.replace(':', '%3A')}?repository_url=example.org`);
    expect(says(subject, [by('image', statement({ products: [image] }))], DIGEST)?.why).toBe(
      `image ${DIGEST}`,
    );
    const part = { ...image, parts: ['pkg:npm/a@1.0.0'] };
    expect(says(subject, [by('image', statement({ products: [part] }))], DIGEST)?.status).toBe(
      'not_affected',
    );
    expect(
      says(found('pkg:npm/b@1'), [by('image', statement({ products: [part] }))], DIGEST),
    ).toBeUndefined();
  });

  it('about another image, or a part of another product, say nothing here', () => {
    const other = productOf(`pkg:oci/app@sha256:${'cd'.repeat(32)}`);
    const inProduct = productOf('pkg:generic/product@1', { parts: ['pkg:npm/a@1.0.0'] });
    for (const products of [[other], [{ ...other, parts: ['pkg:npm/a@1.0.0'] }], [inProduct]])
      expect(says(subject, [by('vendor', statement({ products }))], DIGEST)).toBeUndefined();
  });

  it('weigh by origin, then by age, then by how little they promise', () => {
    const affected = statement({ status: 'affected' });
    const newer = statement({
      status: 'fixed',
      source: { ...statement().source, timestamp: '2026-02-01T00:00:00Z' },
    });
    expect(says(subject, [by('vendor', newer), by('user', affected)])?.status).toBe('affected');
    expect(says(subject, [by('vendor', affected, newer)])?.status).toBe('fixed');
    expect(says(subject, [by('vendor', statement(), affected)])?.status).toBe('affected');
  });

  it('name those that contradict them', () => {
    const result = says(subject, [by('user', statement()), by('vendor', statement({ status: 'affected' }))]);
    expect(result?.contradictedBy.map((one) => one.status)).toEqual(['affected']);
  });
});

const read = (document: unknown) => {
  const result = readVex(Buffer.from(JSON.stringify(document)));
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

describe('documents', () => {
  it('of OpenVEX are read in the old form and the new one', () => {
    const old = read({
      '@context': 'https://openvex.dev/ns/v0.0.1',
      '@id': 'x',
      author: 'a',
      timestamp: 't',
      statements: [
        {
          vulnerability: 'CVE-1-1',
          products: ['pkg:npm/a@1'],
          subcomponents: ['pkg:npm/b@2'],
          status: 'fixed',
        },
      ],
    });
    expect(old.statements).toMatchObject([
      {
        vulnerability: 'CVE-1-1',
        status: 'fixed',
        products: [{ purl: 'pkg:npm/a@1', parts: ['pkg:npm/b@2'] }],
      },
    ]);
    const now = read({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      statements: [
        {
          vulnerability: { name: 'CVE-1-2', aliases: ['GHSA-x'] },
          timestamp: '2026',
          products: [
            { '@id': 'x', identifiers: { purl: 'pkg:npm/a@1' }, hashes: { 'sha-256': 'ab'.repeat(32) } },
          ],
          status: 'not_affected',
          justification: 'component_not_present',
          impact_statement: 'i',
        },
      ],
    });
    expect(now.statements).toMatchObject([
      {
        aliases: ['GHSA-x'],
        justification: 'component_not_present',
        detail: 'i',
        products: [{ id: 'x', purl: 'pkg:npm/a@1', digest: DIGEST }],
        source: { timestamp: '2026' },
      },
    ]);
  });

  const csafOf = (os: Record<string, string>, purl = 'pkg:rpm/redhat/openssl@3.0') => {
    const product = (product_id: string, product_identification_helper: object) => ({
      product_id,
      name: product_id,
      product_identification_helper,
    });
    return read({
      document: {
        csaf_version: '2.0',
        publisher: { name: 'Vendor' },
        tracking: { id: 'V-1', current_release_date: '2026-01-01T00:00:00Z' },
      },
      product_tree: {
        branches: [
          {
            branches: [{ product: product('os', os) }, { product: product('pkg', { purl }) }],
          },
        ],
        relationships: [
          {
            category: 'default_component_of',
            full_product_name: { product_id: 'os:pkg', name: 'openssl in os' },
            product_reference: 'pkg',
            relates_to_product_reference: 'os',
          },
        ],
      },
      vulnerabilities: [
        {
          cve: 'CVE-2026-1',
          product_status: { known_not_affected: ['os:pkg', 'gone'], recommended: ['os'] },
          flags: [{ label: 'vulnerable_code_not_present', product_ids: ['os:pkg'] }],
        },
      ],
    });
  };

  it('of CSAF are read through branches and relationships', () => {
    const document = csafOf({ cpe: 'cpe:/o:redhat:enterprise_linux:9' });
    expect(document.statements).toMatchObject([
      {
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
        products: [{ id: 'os', parts: ['pkg:rpm/redhat/openssl@3.0'] }],
        source: { author: 'Vendor', document: 'V-1' },
      },
    ]);
    expect(document.unusable).toEqual(['CVE-2026-1: product gone is not in the tree']);
  });

  const openssl = (ecosystem: string, purl: string): VexSubject => {
    const subject = found(purl);
    return { ...subject, package: { ...subject.package, ecosystem } };
  };

  it.each([
    ['cpe:/o:redhat:enterprise_linux:9', 'Red Hat:9', 'not_affected'],
    ['cpe:/a:redhat:enterprise_linux:9::appstream', 'Red Hat:9', 'not_affected'],
    ['cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*', 'Red Hat:9', 'not_affected'],
    ['cpe:/o:redhat:enterprise_linux:8', 'Red Hat:9', undefined],
    ['cpe:/a:redhat:openshift:4.6::el9', 'Red Hat:9', undefined],
    ['cpe:/o:example:appliance:9', 'Red Hat:9', undefined],
  ])('of CSAF about a package in %s mean that of %s: %s', (cpe, ecosystem, expected) => {
    const { statements } = csafOf({ cpe });
    const subject = openssl(ecosystem, 'pkg:rpm/redhat/openssl@3.0?arch=x86_64');
    expect(says(subject, [by('vendor', ...statements)])?.status).toBe(expected);
  });

  const redHat = 'cpe:/o:redhat:enterprise_linux:9';
  it.each([
    ['a binary package', 'pkg:rpm/redhat/openssl@3.0?arch=x86_64', 'not_affected'],
    ['all that is built from a source package', 'pkg:rpm/redhat/openssl3?arch=src', 'not_affected'],
    ['a binary package of another architecture', 'pkg:rpm/redhat/openssl@3.0?arch=s390x', undefined],
    ['another version', 'pkg:rpm/redhat/openssl@2.0', undefined],
    ['another source package', 'pkg:rpm/redhat/kernel?arch=src', undefined],
  ])(
    'of CSAF by the name of the vendor mean packages as the cataloger lists them: %s',
    (_, stated, expected) => {
      const { statements } = csafOf({ cpe: redHat }, stated);
      const subject = openssl('Red Hat:9', 'pkg:rpm/rhel/openssl@3.0?arch=x86_64');
      const built = { ...subject, package: { ...subject.package, sourceName: 'openssl3' } };
      expect(says(built, [by('vendor', ...statements)])?.status).toBe(expected);
    },
  );

  it.each([
    ['without an identifier', {}],
    ['with a package URL', { purl: 'pkg:generic/appliance@1' }],
    ['with a CPE', { cpe: 'cpe:/h:example:appliance_x:1' }],
  ])('of CSAF about openssl in an appliance %s say nothing of any other', (_name, appliance) => {
    const { statements } = csafOf(appliance, 'pkg:deb/debian/openssl');
    const subject = openssl('Debian:12', 'pkg:deb/debian/openssl@3.0.11?arch=amd64');
    expect(statements).toHaveLength(1);
    expect(says(subject, [by('vendor', ...statements)], DIGEST)).toBeUndefined();
    expect(
      says(openssl('npm', 'pkg:npm/a@1'), [by('vendor', ...csafOf(appliance, 'pkg:npm/a').statements)]),
    ).toBe(undefined);
  });

  it.each([
    ['package URL', { purl: `pkg:oci/other@${DIGEST.replace(':', '%3A')}` }],
    ['version', { version: DIGEST }],
    ['hash', { hashes: [{ alg: 'SHA-256', content: DIGEST.slice('sha256:'.length) }] }],
  ])('of CycloneDX hold in the image they are about, by its %s, and in no other', (_name, more) => {
    const { statements } = read({
      bomFormat: 'CycloneDX',
      metadata: { component: { type: 'container', name: 'other', 'bom-ref': 'it', ...more } },
      components: [
        { 'bom-ref': 'r1', name: 'a', purl: 'pkg:npm/a@1.0.0' },
        { 'bom-ref': 'r2', name: 'b' },
      ],
      vulnerabilities: ['r1', 'r2', 'pkg:npm/c@1.0.0', 'urn:cdx:3e671687/1#pkg%3Anpm%2Fd%401.0.0'].map(
        (ref) => ({
          id: 'CVE-2026-1',
          analysis: { state: 'not_affected', justification: 'code_not_reachable' },
          affects: [{ ref }],
        }),
      ),
    });
    const statusIn = (digest: string) =>
      ['a', 'b', 'c', 'd'].map(
        (name) => says(found(`pkg:npm/${name}@1.0.0`), [by('vendor', ...statements)], digest)?.status,
      );
    expect(statusIn(DIGEST)).toEqual(['not_affected', undefined, 'not_affected', 'not_affected']);
    expect(statusIn(`sha256:${'cd'.repeat(32)}`)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('of CycloneDX are read through references of their own and of other documents', () => {
    const document = read({
      bomFormat: 'CycloneDX',
      components: [{ 'bom-ref': 'r1', name: 'a', purl: 'pkg:npm/a@1' }],
      vulnerabilities: [
        {
          id: 'CVE-2026-1',
          analysis: { state: 'not_affected', justification: 'code_not_reachable' },
          affects: [{ ref: 'r1' }, { ref: 'urn:cdx:3e671687/1#pkg%3Anpm%2Fb%402' }],
        },
        { id: 'CVE-2026-2', affects: [{ ref: 'r1' }] },
      ],
    });
    expect(document.statements).toMatchObject([
      {
        justification: 'vulnerable_code_not_in_execute_path',
        products: [{ purl: 'pkg:npm/a@1' }, { purl: 'pkg:npm/b@2' }],
      },
    ]);
    expect(document.statements).toHaveLength(1);
  });

  it.each([
    ['text', 'x'],
    ['a list', '[]'],
    ['other JSON', '{}'],
    ['a plain SBOM', '{"bomFormat":"CycloneDX"}'],
  ])('that are %s are refused', (_name, text) => {
    expect(readVex(Buffer.from(text))).toMatchObject({ ok: false, error: { code: 'E_VEX_INVALID' } });
  });

  it('never throw, whatever is in their fields', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const documents = [
          {
            '@context': 'https://openvex.dev/ns/v0.2.0',
            statements: [value, { vulnerability: value, products: [value], status: 'fixed' }],
          },
          {
            document: { csaf_version: '2.0', tracking: value },
            product_tree: { branches: value, full_product_names: [value] },
            vulnerabilities: [value, { cve: 'x', product_status: { fixed: value } }],
          },
          {
            bomFormat: 'CycloneDX',
            components: [value],
            vulnerabilities: [value, { id: value, analysis: value, affects: [value] }],
          },
        ];
        for (const document of documents)
          expect(readVex(Buffer.from(JSON.stringify(document))).ok).toBe(true);
      }),
      { seed: 33, numRuns: 300 },
    );
  });
});

describe.each(VEX_FORMATS)('statements written as %s', (format) => {
  const head = { author: 'Example', namespace: 'https://example.org', createdAt: '2026-01-01T00:00:00Z' };
  const all = VEX_STATUSES.map((status, at): VexStatement => {
    const { justification, ...rest } = statement({
      vulnerability: `CVE-2026-${1000 + at}`,
      status,
      detail: 'because',
      aliases: ['GHSA-a'],
    });
    return status === 'not_affected' && justification !== undefined ? { ...rest, justification } : rest;
  });
  const core = (one: VexStatement) => ({
    vulnerability: one.vulnerability,
    status: one.status,
    justification: one.justification,
    products: one.products.map((product) => product.purl),
    aliases: one.aliases,
  });

  it('come back as they were', () => {
    const again = readVex(Buffer.from(writeVex(all, head, format)));
    expect(again).toMatchObject({ ok: true, value: { format, unusable: [] } });
    expect(again.ok ? again.value.statements.map(core) : []).toEqual(all.map(core));
  });

  it('are the same text for the same statements', () => {
    expect(writeVex(structuredClone(all), head, format)).toBe(writeVex(all, head, format));
    expect(writeVex(all.slice(1), head, format)).not.toBe(writeVex(all, head, format));
  });

  it('keep the part of an image they are about, or say that they cannot', () => {
    const part = statement({
      products: [productOf(`pkg:oci/app@${DIGEST}`, { parts: ['pkg:npm/a@1.0.0'] })],
    });
    const again = readVex(Buffer.from(writeVex([part], head, format)));
    const kept = again.ok
      ? vexFor(found('pkg:npm/a@1.0.0'), [by('image', ...again.value.statements)], { imageDigest: DIGEST })
      : undefined;
    expect([kept?.status, expressible([part], format).length]).toEqual(
      format === 'cyclonedx' ? [undefined, 0] : ['not_affected', 1],
    );
  });
});
