// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { rpmCataloger } from './rpm.ts';

const FILES = {
  '/etc/os-release': 'ID=mariner\nVERSION_ID="2.0"\n',
  '/var/lib/rpmmanifest/container-manifest-2': [
    'mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm',
    'openssl\t1.1.1k-15.cm2\t1653816591\t1653631609\tMicrosoft Corporation\t(none)\t2\tx86_64\t1\topenssl-1.1.1k-15.cm2.src.rpm',
    'a line of another kind',
  ].join('\n'),
};

describe('images without an rpm database', () => {
  it('list their packages in the manifest of Azure Linux', () => {
    const { packages } = runCataloger(rpmCataloger, treeOf(FILES));
    expect(names(packages)).toEqual(['mariner-release 2.0-12.cm2', 'openssl 1:1.1.1k-15.cm2']);
    expect(packages[1]).toMatchObject({
      purl: 'pkg:rpm/mariner/openssl@1.1.1k-15.cm2?arch=x86_64&epoch=1',
      sourceName: 'openssl',
      sourceVersion: '1.1.1k-15.cm2',
    });
  });

  it('list them in the inventory of Bottlerocket', () => {
    const inventory = JSON.stringify({
      Content: [{ Name: 'glibc', Version: '2.38', Release: '1.br1', Architecture: 'x86_64', Epoch: '0' }],
    });
    expect(
      names(
        runCataloger(
          rpmCataloger,
          treeOf({
            '/etc/os-release': 'ID=bottlerocket\n',
            '/usr/share/bottlerocket/application-inventory.json': inventory,
          }),
        ).packages,
      ),
    ).toEqual(['glibc 2.38-1.br1']);
  });

  it('do no harm when they are cut, changed or swollen', () => expectUnharmed(rpmCataloger, FILES));
});
