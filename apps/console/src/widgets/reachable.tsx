// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KeyboardEvent, ReactNode, Ref } from 'react';

interface ReachableProps {
  readonly className: string;
  readonly children?: ReactNode;
  readonly label?: string;
  readonly labelledBy?: string;
  readonly role?: 'region' | 'application' | 'table';
  readonly rowCount?: number;
  readonly ref?: Ref<HTMLDivElement>;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
}

/** A part of the page that scrolls or moves by itself, and so has to be reachable by keyboard (WCAG 2.1.1). */
export const Reachable = ({ role = 'region', label, labelledBy, rowCount, ...rest }: ReachableProps) => (
  // biome-ignore lint/a11y: what scrolls must take the arrow keys, whatever its role
  <div
    {...rest}
    role={role}
    tabIndex={0}
    aria-label={label}
    aria-labelledby={labelledBy}
    aria-rowcount={rowCount}
  />
);
