// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A registry in memory and images to put into it, with every way of misbehaving that a test needs. In: files of layers;
 * out: a host on loopback that speaks the distribution protocol. Serves the tests of k02.
 */
export { type BuiltImage, builtImage, digestOf, indexOf, type LayerFiles, tarOf } from './built-image.ts';
export { MemoryRegistry, type Misbehaviour } from './memory-registry.ts';
