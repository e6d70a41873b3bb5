// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { type NodeNames, useNodeNames } from '../data/node-names.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { Verbatim } from './text.tsx';

/** A node by name, leading to its page; by its id alone where there is no node of it (any more). */
export const NodeLink = ({ id, names }: { id: string; names: NodeNames }) => {
  const name = names.get(id);
  if (name === undefined) return <Verbatim>{id}</Verbatim>;
  return (
    <Link to="/nodes/$id" params={{ id }} title={id} translate="no">
      {name}
    </Link>
  );
};

/** Nodes that are named at once; the rest opens. */
const SHOWN = 10;

const Some = ({ ids, names }: { ids: readonly string[]; names: NodeNames }) => (
  <span className="row wrap">
    {ids.map((id) => (
      <NodeLink key={id} id={id} names={names} />
    ))}
  </span>
);

/** The nodes something is on. */
export const NodeLinks = ({ ids }: { ids: readonly string[] }) => {
  const t = useT();
  const { count } = useFormat();
  const names = useNodeNames(ids);
  if (ids.length === 0) return '–';
  const sorted = [...ids].sort();
  return (
    <>
      <Some ids={sorted.slice(0, SHOWN)} names={names} />
      {sorted.length > SHOWN && (
        <details>
          <summary>{t('admission.and-more', { n: count(sorted.length - SHOWN) })}</summary>
          <Some ids={sorted.slice(SHOWN)} names={names} />
        </details>
      )}
    </>
  );
};
