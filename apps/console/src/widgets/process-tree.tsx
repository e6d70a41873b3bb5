// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf, SecurityEvent } from '@bartizan/contracts';
import { visibleText } from '@bartizan/contracts/words';
import type { ReactNode } from 'react';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { buildForest, type ForestNode, isOnlyNamed } from './process-forest.ts';

export type Chain = NonNullable<SecurityEvent['chain']>;
export type Process = Chain['process'];
export type ProcessRowItem = ResponseOf<'workload.processes'>['items'][number];

const commandOf = (process: Process): string =>
  visibleText(process.arguments.length > 0 ? process.arguments.join(' ') : process.executable);

/** What is remarkable about a process, as chips. */
const Remarks = ({ process }: { process: Process }) => {
  const t = useT();
  const remarks = [
    process.uid !== process.euid && t('process.euid', { uid: process.euid }),
    process.interactive === true && t('process.interactive'),
    process.fileless === true && t('process.fileless'),
    process.upperLayer === true && t('process.upper-layer'),
    process.stdio?.includes('socket') === true && t('process.socket'),
    process.argumentsRedacted && t('process.redacted'),
  ].filter((remark) => remark !== false);
  return (
    <>
      {remarks.map((remark) => (
        <span key={remark} className="chip">
          {remark}
        </span>
      ))}
    </>
  );
};

const COMMAND_SHOWN = 240;

/** A command line; a long one is cut and opens on request, so that it does not bury the tree. */
const CommandLine = ({ command }: { command: string }) => {
  const t = useT();
  if (command.length <= COMMAND_SHOWN)
    return (
      <div className="mono small second anywhere" translate="no">
        {command}
      </div>
    );
  return (
    <details className="long-command small">
      <summary>
        <span className="mono second anywhere" translate="no">
          {command.slice(0, COMMAND_SHOWN)}…
        </span>{' '}
        <span className="text-button">{t('process.whole-command')}</span>
      </summary>
      <div className="mono second anywhere" translate="no">
        {command}
      </div>
    </details>
  );
};

interface NodeLineProps {
  readonly process: Process;
  readonly isDeciding?: boolean;
  readonly hasEnded?: boolean;
  readonly time?: ReactNode;
}
const NodeLine = ({ process, isDeciding = false, hasEnded = false, time }: NodeLineProps) => {
  const t = useT();
  const command = commandOf(process);
  return (
    <div className={`tree-node${isDeciding ? ' deciding' : ''}${hasEnded ? ' ended' : ''}`}>
      {time}
      <div style={{ minWidth: 0, flex: 1 }}>
        <span className="row wrap" style={{ gap: 6 }}>
          <strong translate="no">{visibleText(process.name)}</strong>
          <span className="quiet small nowrap">
            {isOnlyNamed(process)
              ? t('process.id-only', { pid: process.pid })
              : t('process.ids', { pid: process.pid, uid: process.uid })}
          </span>
          {isDeciding && <span className="visually-hidden">{t('process.deciding')}</span>}
          <Remarks process={process} />
        </span>
        {command !== '' && command !== process.name && <CommandLine command={command} />}
      </div>
    </div>
  );
};

/** A process with its ancestors as a tree, the oldest at the root, the deciding process marked. */
export const ChainTree = ({ chain, image }: { chain: Chain; image?: string | undefined }) => {
  const t = useT();
  const path = [...chain.ancestors].reverse();
  const deciding = (
    <li>
      <NodeLine process={chain.process} isDeciding />
    </li>
  );
  const nested = path.reduceRight<ReactNode>(
    (inner, process) => (
      <li key={`${process.pid}-${process.startBootUs}`}>
        <NodeLine process={process} />
        <ul className="tree">{inner}</ul>
      </li>
    ),
    deciding,
  );
  return (
    <div>
      {!chain.complete && <p className="quiet small">{t('process.incomplete')}</p>}
      {image !== undefined && (
        <p className="quiet small anywhere" translate="no">
          {visibleText(image)}
        </p>
      )}
      <ul className="tree">{nested}</ul>
    </div>
  );
};

const ForestItem = ({ node }: { node: ForestNode<ProcessRowItem> }) => {
  const { clock } = useFormat();
  const t = useT();
  const { row } = node;
  return (
    <li>
      <NodeLine
        process={row.process}
        hasEnded={!row.running}
        time={<span className="quiet small nowrap">{clock(row.firstAtMs)}</span>}
      />
      {row.count > 1 && <span className="quiet small">{t('process.folded', { count: row.count })}</span>}
      {node.children.length > 0 && (
        <ul className="tree">
          {node.children.map((child) => (
            <ForestItem key={child.key} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
};

/** Processes of a workload as trees by parentage. */
export const ProcessForest = ({ rows }: { rows: readonly ProcessRowItem[] }) => (
  <ul className="tree">
    {buildForest(rows).map((node) => (
      <ForestItem key={node.key} node={node} />
    ))}
  </ul>
);
