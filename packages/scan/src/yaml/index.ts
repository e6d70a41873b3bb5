// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A reader of YAML for manifests in bulk: events instead of a tree, values typed as clients of Kubernetes type them,
 * places computed again only for what somebody asks about. Bounded in size, depth, count and time.
 */
export { readDocument } from './document.ts';
export { YAML_LIMITS, type YamlLimits } from './limits.ts';
export { locate, locateAll } from './locate.ts';
export { DocumentPlaces, type YamlPath } from './places.ts';
export { type YamlPosition, type YamlProblem, type YamlProblemCode, YamlRefusal } from './problem.ts';
export {
  type ReadDocument,
  type RefusedDocument,
  readYaml,
  type YamlDocument,
  YamlReader,
  type YamlReading,
  type YamlSource,
} from './read.ts';
export type { ScalarStyle, YamlSink } from './sink.ts';
export { type DocumentBytes, DocumentSplitter } from './splitter.ts';
export type { JsonValue } from './value-sink.ts';
