// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionMode, Severity } from '@bartizan/contracts';
import type { Format } from '../output/render.ts';
import type { PolicySources } from './rule-sources.ts';

/** Forms of output of `policy apply`. */
export const APPLY_FORMATS = ['table', 'json', 'yaml', 'csv', 'sarif', 'junit', 'openreports'] as const;

/** Flags of `policy apply`. */
export interface ApplyFlags extends PolicySources {
  readonly ownOnly: boolean;
  readonly secrets: boolean;
  readonly output: (typeof APPLY_FORMATS)[number];
  readonly failOn?: Severity;
  readonly namespace?: string;
}

/** Forms of output of `policy test`. */
export const TEST_FORMATS = ['table', 'json', 'yaml', 'csv', 'junit'] as const;

/** Flags of `policy test`. */
export interface TestFlags {
  readonly output: Format | 'junit';
  readonly policies?: readonly string[];
}

/** Forms of output of `policy explain`. */
export const EXPLAIN_FORMATS = ['table', 'json', 'yaml'] as const;

/** Flags of `policy explain`. */
export interface ExplainFlags {
  readonly output: (typeof EXPLAIN_FORMATS)[number];
  readonly policies?: readonly string[];
}

/** Products whose policies can be imported. */
export const IMPORT_SOURCES = ['neuvector', 'kyverno', 'gatekeeper'] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** Forms of output of `policy import`. */
export const IMPORT_FORMATS = ['yaml', 'json'] as const;

/** Flags of `policy import`. */
export interface ImportFlags {
  readonly output: (typeof IMPORT_FORMATS)[number];
}

/** Flags of `policy export`. */
export interface ExportFlags {
  readonly dir?: string;
}

/** Flags of `policy push`. */
export interface PushFlags {
  readonly output: (typeof EXPLAIN_FORMATS)[number];
  readonly dryRun: boolean;
  readonly prune?: readonly string[];
}

/** Flags of `policy simulate`. */
export interface SimulateFlags {
  readonly output: (typeof EXPLAIN_FORMATS)[number];
  readonly fromManifests?: string;
}

/** Flags of `policy native`. */
export interface NativeFlags {
  readonly output: Format;
}

/** Flags of `policy reports` and `policy coverage`. */
export interface ReportsFlags {
  readonly output: Format;
}

/** Flags of `policy sources`. */
export interface SourcesFlags {
  readonly output: (typeof EXPLAIN_FORMATS)[number];
}

/** Forms of output of `policy emit vap`. */
export const EMIT_FORMATS = ['yaml', 'json'] as const;

/** Flags of `policy emit vap`. */
export interface EmitFlags extends PolicySources {
  readonly ownOnly: boolean;
  readonly output: (typeof EMIT_FORMATS)[number];
  readonly rules?: readonly string[];
  readonly mode?: AdmissionMode;
  readonly exemptNamespace?: readonly string[];
}
