// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanLimits } from '../catalogers/cataloger.ts';
import type { LayerPass } from './layer-consumer.ts';

/** What bounds the layers of one image together; spent as they are read. */
export interface LayerBudget {
  /** Inflated bytes that may still be read: a bomb ends here. */
  inflatedBytes: number;
  /** Bytes of content that may still be kept in memory. */
  keptBytes: number;
  /** Names that may still be met. */
  entries: number;
  /** Largest single file held whole. */
  readonly fileBytes: number;
  /** Milliseconds since the Unix epoch after which nothing more is read. */
  readonly deadlineMs: number;
}

/** What reading one layer needs beside the layer. */
export interface LayerContext {
  readonly budget: LayerBudget;
  readonly limits: ScanLimits;
  readonly now: () => number;
  /** Others that look at each file as it goes by. */
  readonly passes?: readonly LayerPass[];
}
