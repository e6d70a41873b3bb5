// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How much one stream of documents may ask of its reader. */
export interface YamlLimits {
  /** Characters of one document. */
  readonly documentChars: number;
  /** Collections inside one another, aliases followed. */
  readonly depth: number;
  /** Scalars and collections of one document. */
  readonly nodes: number;
  /** Nodes of one document that exist only because an alias repeats them. */
  readonly aliasNodes: number;
  /** Documents of one stream. */
  readonly documents: number;
  /** Asked every thousand nodes; true ends the document. The reader itself knows no clock. */
  readonly isTimeUp: () => boolean;
}

/** Far above what a cluster accepts (3 MiB an object), far below what hurts. */
export const YAML_LIMITS: YamlLimits = {
  documentChars: 64 * 1024 * 1024,
  depth: 200,
  nodes: 5_000_000,
  aliasNodes: 100_000,
  documents: 1_000_000,
  isTimeUp: () => false,
};
