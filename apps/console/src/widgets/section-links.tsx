// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Link, type LinkProps, useRouterState } from '@tanstack/react-router';
import { readSearch } from '../data/view.ts';
import { useCurrentInView } from './use-current-in-view.ts';

export interface SectionItem {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
}

/** Pages that belong together, one link each, above their content. What lies below an address belongs to it. */
export const SectionLinks = ({ items, label }: { items: readonly SectionItem[]; label: string }) => {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const current = [...items]
    .sort((a, b) => b.to.length - a.to.length)
    .find(({ to }) => path === to || path.startsWith(`${to}/`));
  const row = useCurrentInView(current?.to);
  return (
    <nav className="tabs" aria-label={label} ref={row}>
      {items.map((item) => (
        <Link
          key={item.to}
          to={item.to}
          className="tab"
          // The router would mark every address above the present one as current too.
          activeOptions={{ exact: true, includeSearch: false }}
          aria-current={item === current ? 'page' : undefined}
          search={(before: Record<string, unknown>) =>
            readSearch({ scope: before['scope'], range: before['range'] })
          }
        >
          {item.label}
        </Link>
      ))}
    </nav>
  );
};
