// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';

export interface PageHeadProps {
  readonly title: string;
  readonly note: string;
  readonly actions?: ReactNode;
}

/** Title of a page, what it is about, and what can be done on it. */
export const PageHead = ({ title, note, actions }: PageHeadProps) => (
  <div className="page-head">
    <div>
      <h1>{title}</h1>
      <p>{note}</p>
    </div>
    {actions !== undefined && <span className="row wrap">{actions}</span>}
  </div>
);
