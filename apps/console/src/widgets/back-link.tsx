// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IconChevronLeft } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';

/** The way up. */
export const BackLink = ({ to, label }: { to: NonNullable<LinkProps['to']>; label: string }) => (
  <Link to={to} className="back-link">
    <IconChevronLeft size={14} aria-hidden="true" />
    {label}
  </Link>
);
