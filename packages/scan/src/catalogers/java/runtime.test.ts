// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { javaCataloger } from './java.ts';

const FILES = {
  '/src/gradle.lockfile':
    '# This is a Gradle generated file\ncom.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath\nempty=\n',
  '/opt/java/openjdk/release':
    'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_RUNTIME_VERSION="17.0.9+9"\nJAVA_VERSION="17.0.9"\n',
};

describe('Java without an archive', () => {
  it('is known from lock files and the release file of a run-time', () => {
    const { packages } = runCataloger(javaCataloger, treeOf(FILES));
    expect(names(packages)).toEqual(['openjdk 17.0.9+9', 'com.google.guava:guava 31.1-jre']);
    expect(packages[0]?.cpe).toBe('cpe:2.3:a:oracle:openjdk:17.0.9:*:*:*:*:*:*:*');
    expect(packages[1]?.purl).toBe('pkg:maven/com.google.guava/guava@31.1-jre');
  });

  it('is not every file called release', () => {
    expect(
      runCataloger(javaCataloger, treeOf({ '/etc/app/release': 'JAVA_VERSION="1"\n' })).packages,
    ).toEqual([]);
  });

  it('does no harm when it is cut, changed or swollen', () => expectUnharmed(javaCataloger, FILES));
});
