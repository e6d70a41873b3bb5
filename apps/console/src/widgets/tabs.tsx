// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link } from '@tanstack/react-router';
import { readSearch } from '../data/view.ts';
import { useCurrentInView } from './use-current-in-view.ts';

export interface TabItem {
  readonly id: string;
  readonly label: string;
  readonly count?: string;
}

/** Tabs that are links: each has its own address. */
export const TabLinks = ({
  items,
  current,
  label,
}: {
  items: readonly TabItem[];
  current: string;
  label: string;
}) => {
  const row = useCurrentInView(current);
  return (
    <nav className="tabs" aria-label={label} ref={row}>
      {items.map((item) => (
        <Link
          key={item.id}
          className="tab"
          to="."
          search={(before: Record<string, unknown>) =>
            readSearch({ scope: before['scope'], range: before['range'], tab: item.id })
          }
          aria-current={item.id === current ? 'page' : undefined}
        >
          {item.label}
          {item.count !== undefined && <span className="quiet"> {item.count}</span>}
        </Link>
      ))}
    </nav>
  );
};
