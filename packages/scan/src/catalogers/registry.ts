// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { apkCataloger } from './apk/apk.ts';
import type { Cataloger } from './cataloger.ts';
import { dpkgCataloger } from './dpkg/dpkg.ts';
import { golangCataloger } from './golang/golang.ts';
import { javaCataloger } from './java/java.ts';
import { npmCataloger } from './npm/npm.ts';
import { pythonCataloger } from './python/python.ts';
import { rpmCataloger } from './rpm/rpm.ts';

/** Every cataloger there is. Closed: a folder beside this file that is not listed here fails a test. */
export const CATALOGERS: readonly Cataloger[] = [
  dpkgCataloger,
  apkCataloger,
  rpmCataloger,
  npmCataloger,
  pythonCataloger,
  golangCataloger,
  javaCataloger,
];
