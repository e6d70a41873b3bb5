// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Evidence of how a node is set up, for benchmarks: typed facts from files and the process table, each known, absent
 * or unreadable with its reason. No shell, nothing is executed, links cannot lead out of the tree, secrets stay where
 * they are. In: a file tree and a table of programs. Out: evidence. Serves k09 (cluster components).
 */
export { collectEvidence, type EvidenceOptions, type NodeEvidence } from './collect.ts';
export type { ProgramTable, RunningProgram } from './components.ts';
export { parseConfig, readConfigLines } from './config-file.ts';
export { readToml } from './toml.ts';
export { VersionCache } from './versions.ts';
