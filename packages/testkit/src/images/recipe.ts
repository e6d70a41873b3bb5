// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One layer of an image, made of what package registries give. */
export type LayerRecipe =
  /** A whole Debian system with these packages and all that they need, installed by apt and dpkg. */
  | { readonly kind: 'debian'; readonly suite: string; readonly packages: readonly string[] }
  /** These Debian packages alone, unpacked, with the database that dpkg would keep of them. */
  | { readonly kind: 'debian-unpacked'; readonly packages: readonly string[] }
  /** `name@version`, and what they asked for on the given day. */
  | { readonly kind: 'npm'; readonly packages: readonly string[]; readonly before: string }
  /** `name@version`, and nothing that they need. */
  | { readonly kind: 'npm-unpacked'; readonly packages: readonly string[] }
  /** `name==version`; with all that they need when asked for. */
  | { readonly kind: 'pypi'; readonly packages: readonly string[]; readonly isWithNeeds: boolean }
  /** `group:artifact:version`; put into one archive with a start class when it is named. */
  | { readonly kind: 'maven'; readonly artifacts: readonly string[]; readonly bundle?: string }
  /** A program built by the Go toolchain: `module/path/to/command@version`. */
  | { readonly kind: 'go'; readonly command: string }
  /** Files with this text; an empty one of the name `.wh.NAME` hides NAME of the layers below. */
  | { readonly kind: 'files'; readonly files: Readonly<Record<string, string>> };

/** An image that anybody can build again from package registries alone. */
export interface ImageRecipe {
  readonly name: string;
  /** Oldest first. */
  readonly layers: readonly LayerRecipe[];
}
