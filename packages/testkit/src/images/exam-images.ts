// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageRecipe, LayerRecipe } from './recipe.ts';

/**
 * Small images whose packages are pinned to the last digit, so that what scanners found in them once stays true. The
 * Debian packages are of bookworm's main archive alone, which no longer changes.
 */
const debian = (...packages: readonly string[]): LayerRecipe => ({
  kind: 'debian-unpacked',
  packages: ['base-files=12.4+deb12u15', ...packages],
});

/** What Composer keeps of an installation. */
const composerInstalled = JSON.stringify({
  packages: [
    { name: 'symfony/http-kernel', version: 'v5.4.20', version_normalized: '5.4.20.0', type: 'library' },
    { name: 'guzzlehttp/guzzle', version: '7.4.4', version_normalized: '7.4.4.0', type: 'library' },
    { name: 'monolog/monolog', version: '2.9.1', version_normalized: '2.9.1.0', type: 'library' },
  ],
  dev: false,
});

/** The images of `npm run exam:catalog`. */
export const EXAM_IMAGES: readonly ImageRecipe[] = [
  {
    name: 'node',
    layers: [
      debian('libgmp10=2:6.2.1+dfsg1-1.1'),
      {
        kind: 'npm-unpacked',
        packages: [
          'express@4.19.1',
          'lodash@4.17.21',
          'minimist@1.2.5',
          'semver@6.3.1',
          '@babel/core@7.24.5',
          '@types/node@20.12.7',
          'left-pad@1.3.0',
        ],
      },
      { kind: 'files', files: { 'srv/app/node_modules/.wh.left-pad': '' } },
    ],
  },
  {
    name: 'python',
    layers: [
      debian('zlib1g=1:1.2.13.dfsg-1'),
      {
        kind: 'pypi',
        isWithNeeds: false,
        packages: [
          'Django==3.2.25',
          'Jinja2==3.1.3',
          'ruamel.yaml==0.18.6',
          'typing_extensions==4.11.0',
          'PyYAML==6.0.1',
        ],
      },
    ],
  },
  {
    name: 'java',
    layers: [
      debian('libyaml-snake-java=1.33-2'),
      {
        kind: 'maven',
        artifacts: [
          'com.google.guava:guava:31.1-jre',
          'org.apache.commons:commons-text:1.9',
          'org.slf4j:slf4j-api:1.7.36',
          'org.bouncycastle:bcprov-jdk18on:1.78',
        ],
      },
      {
        kind: 'maven',
        bundle: 'shop-1.0.0.jar',
        artifacts: [
          'org.apache.logging.log4j:log4j-core:2.14.1',
          'com.fasterxml.jackson.core:jackson-databind:2.9.8',
          'org.yaml:snakeyaml:1.29',
        ],
      },
    ],
  },
  {
    name: 'go',
    layers: [
      debian('libcrypt1=1:4.4.33-2'),
      { kind: 'go', command: 'github.com/google/go-containerregistry/cmd/crane@v0.20.3' },
    ],
  },
  {
    name: 'ruby',
    layers: [
      debian(
        'ruby-rack=2.2.22-0+deb12u1',
        'ruby-mustermann=3.0.0-2',
        'rake=13.0.6-3',
        'ruby-addressable=2.8.1-1',
      ),
    ],
  },
  {
    name: 'php',
    layers: [
      debian('libacl1=2.3.1-3', 'libattr1=1:2.5.1-4'),
      { kind: 'files', files: { 'srv/app/vendor/composer/installed.json': composerInstalled } },
    ],
  },
  {
    name: 'mixed',
    layers: [
      debian('perl-base=5.36.0-7+deb12u3', 'dash=0.5.12-2', 'busybox-static=1:1.35.0-4+deb12u1+b1'),
      { kind: 'npm-unpacked', packages: ['jquery@3.4.1', 'axios@0.21.1'] },
      { kind: 'pypi', isWithNeeds: false, packages: ['requests==2.31.0', 'urllib3==1.26.18'] },
      { kind: 'maven', artifacts: ['commons-io:commons-io:2.11.0'] },
      { kind: 'files', files: { 'srv/app/node_modules/.wh.axios': '' } },
    ],
  },
];
