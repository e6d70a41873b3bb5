// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { useT } from '../i18n/language.ts';
import { Empty, FailureState } from '../widgets/states.tsx';

/** A page that could not be drawn. */
export const PageFailure = ({ error, reset }: ErrorComponentProps) => (
  <FailureState error={error} retry={reset} />
);

/** An address that leads nowhere. */
export const NotFound = () => {
  const t = useT();
  return (
    <Empty
      title={t('error.page')}
      icon={<IconMapOff size={24} aria-hidden="true" />}
      action={
        <Button variant="default" component={Link} to="/">
          {t('error.page.home')}
        </Button>
      }
    >
      {t('error.page.remedy')}
    </Empty>
  );
};
