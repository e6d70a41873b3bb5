// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bartizan } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-k02-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An image archive as `docker save` writes one, with one layer of one program. */
function writeImage(name: string, program: string): void {
  const tree = at(`${name}-tree`);
  mkdirSync(join(tree, 'layer/app'), { recursive: true });
  writeFileSync(join(tree, 'layer/app/server.js'), program);
  const tar = (into: string, from: string, ...what: string[]): void => {
    execFileSync('tar', [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '-cf',
      into,
      '-C',
      from,
      ...what,
    ]);
  };
  tar(join(tree, 'layer.tar'), join(tree, 'layer'), 'app');
  const [sum = ''] = execFileSync('sha256sum', [join(tree, 'layer.tar')])
    .toString()
    .split(' ');
  const config = {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [`sha256:${sum}`] },
  };
  writeFileSync(join(tree, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: ['shop/server:1'], Layers: ['layer.tar'] }];
  writeFileSync(join(tree, 'manifest.json'), JSON.stringify(manifest));
  tar(at(`${name}.tar`), tree, 'config.json', 'layer.tar', 'manifest.json');
}

const verify = (image: string, key = 'team.pub') =>
  bartizan(folder, 'verify', image, '--bundle', 'server.bundle', '--key', key);

describe('putting another image in the place of a signed one', () => {
  beforeAll(() => {
    const pairs = {
      team: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
      mallory: generateKeyPairSync('ed25519'),
    };
    for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
      writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
      writeFileSync(at(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    writeImage('server', 'console.log("hello")\n');
    writeImage('tampered', 'console.log("hello"); steal()\n');
    copyFileSync(at('server.tar'), at('mirrored.tar'));
    const signed = bartizan(folder, 'sign', 'server.tar', '--key', 'team.pem', '--bundle', 'server.bundle');
    expect(signed).toMatchObject({ status: 0 });
  }, 240_000);

  it('is refused, with the reason', () => {
    const { status, stderr } = verify('tampered.tar');
    expect(status).toBe(1);
    expect(stderr).toContain('E_SIGNATURE_REFUSED');
    expect(stderr).toContain('the bundle is about another artifact');
  }, 120_000);

  it('has a twin, the same image from another place, that is accepted', () => {
    expect(verify('mirrored.tar')).toMatchObject({ status: 0, stderr: '' });
  }, 120_000);

  it('is refused too when the attacker signs it with a key of their own', () => {
    bartizan(folder, 'sign', 'tampered.tar', '--key', 'mallory.pem', '--bundle', 'tampered.bundle');
    const asTeam = bartizan(
      folder,
      'verify',
      'tampered.tar',
      '--bundle',
      'tampered.bundle',
      '--key',
      'team.pub',
    );
    expect(asTeam.status).toBe(1);
    expect(asTeam.stderr).toContain('E_SIGNATURE_REFUSED');
  }, 120_000);

  it('goes unnoticed by whoever does not ask for the signature', () => {
    mkdirSync(at('feeds'));
    const other = {
      id: 'CVE-2026-90001',
      ecosystem: 'npm',
      package: 'other',
      versions: ['1'],
      source: 'made up',
    };
    writeFileSync(at('feeds/npm.jsonl'), `${JSON.stringify(other)}\n`);
    bartizan(folder, 'db', 'import', 'feeds', '--to', 'a.pack');
    const scanned = bartizan(folder, 'scan', 'image', 'tampered.tar', '--pack', 'a.pack', '-o', 'json');
    expect(scanned.stdout).not.toContain('E_SIGNATURE');
    expect(JSON.parse(scanned.stdout)).toMatchObject({ findings: [] });
  }, 120_000);
});
