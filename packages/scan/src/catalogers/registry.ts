// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { apkCataloger } from './apk/apk.ts';
import { binariesCataloger } from './binaries/binaries.ts';
import { bundlesCataloger } from './bundles/bundles.ts';
import type { Cataloger } from './cataloger.ts';
import { conanCataloger } from './conan/conan.ts';
import { condaCataloger } from './conda/conda.ts';
import { dartCataloger } from './dart/dart.ts';
import { dotnetCataloger } from './dotnet/dotnet.ts';
import { dpkgCataloger } from './dpkg/dpkg.ts';
import { elfNotesCataloger } from './elf-notes/elf-notes.ts';
import { elixirCataloger } from './elixir/elixir.ts';
import { golangCataloger } from './golang/golang.ts';
import { haskellCataloger } from './haskell/haskell.ts';
import { javaCataloger } from './java/java.ts';
import { kernelCataloger } from './kernel/kernel.ts';
import { modelsCataloger } from './models/models.ts';
import { nixCataloger } from './nix/nix.ts';
import { npmCataloger } from './npm/npm.ts';
import { opkgCataloger } from './opkg/opkg.ts';
import { pacmanCataloger } from './pacman/pacman.ts';
import { phpCataloger } from './php/php.ts';
import { portageCataloger } from './portage/portage.ts';
import { pythonCataloger } from './python/python.ts';
import { rCataloger } from './r/r.ts';
import { rpmCataloger } from './rpm/rpm.ts';
import { rubyCataloger } from './ruby/ruby.ts';
import { rustCataloger } from './rust/rust.ts';
import { sbomCataloger } from './sbom/sbom.ts';
import { swiftCataloger } from './swift/swift.ts';
import { wordpressCataloger } from './wordpress/wordpress.ts';

/** Every cataloger there is. Closed: a folder beside this file that is not listed here fails a test. */
export const CATALOGERS: readonly Cataloger[] = [
  dpkgCataloger,
  apkCataloger,
  rpmCataloger,
  pacmanCataloger,
  portageCataloger,
  opkgCataloger,
  nixCataloger,
  bundlesCataloger,
  kernelCataloger,
  golangCataloger,
  javaCataloger,
  npmCataloger,
  pythonCataloger,
  rubyCataloger,
  phpCataloger,
  dotnetCataloger,
  rustCataloger,
  conanCataloger,
  dartCataloger,
  swiftCataloger,
  elixirCataloger,
  haskellCataloger,
  rCataloger,
  condaCataloger,
  wordpressCataloger,
  sbomCataloger,
  binariesCataloger,
  elfNotesCataloger,
  modelsCataloger,
];
