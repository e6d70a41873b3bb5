// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useT } from '../i18n/language.ts';
import { FailureLine } from './states.tsx';

interface FormFootProps {
  /** What the form does, on its button. */
  readonly action: string;
  readonly sent: { readonly isError: boolean; readonly isPending: boolean; readonly error: unknown };
  readonly onClose: () => void;
  /** Buttons between the two. */
  readonly children?: ReactNode;
}

/** How a form ends: what went wrong, the button that sends it, and the way out. */
export const FormFoot = ({ action, sent, onClose, children }: FormFootProps) => {
  const t = useT();
  return (
    <>
      {sent.isError && <FailureLine error={sent.error} />}
      <span className="row wrap form-foot">
        <Button type="submit" loading={sent.isPending}>
          {action}
        </Button>
        {children}
        <Button variant="subtle" onClick={onClose}>
          {t('form.cancel')}
        </Button>
      </span>
    </>
  );
};
