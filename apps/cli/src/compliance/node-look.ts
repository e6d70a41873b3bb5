// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hostname } from 'node:os';
import type { ComplianceBundle, ExampleEvidence } from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { sealEvidence } from '@bartizan/engine/compliance';
import { openProcfs, openProgramTable } from '@bartizan/host';
import { DirectoryTree } from '@bartizan/scan';
import { collectEvidence } from '@bartizan/scan/evidence';

/** Where a node is looked at: the root of its files, and its process table. */
export interface NodePlace {
  readonly root: string;
  readonly proc: string;
}

/** The evidence of this machine, as a bundle that can be carried elsewhere. */
export function lookAtNode(
  { root, proc }: NodePlace,
  nowMs: number,
  more: readonly ExampleEvidence[] = [],
): ComplianceBundle {
  const tree = new DirectoryTree(root);
  try {
    const programs = openProgramTable(openProcfs(proc), (path) => new DirectoryTree(path));
    const { evidence } = collectEvidence({ tree, programs });
    const name = hostname().slice(0, 253) || 'localhost';
    const node =
      name
        .replaceAll(/[^a-zA-Z0-9._-]/g, '-')
        .replace(/^[^a-zA-Z0-9]+/, '')
        .slice(0, 64) || 'node';
    const content = {
      node,
      name,
      collectedAt: nowMs,
      evidence: sealEvidence([...evidence, ...more], nowMs, node),
    };
    return { format: 'bartizan.compliance-bundle/1', sha256: contentHash(content), content };
  } finally {
    tree.close();
  }
}
