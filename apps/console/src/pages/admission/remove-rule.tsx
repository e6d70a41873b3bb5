// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { useT } from '../../i18n/language.ts';
import { useToast } from '../../widgets/toast.tsx';
import { renewPolicy } from './stale-routes.ts';

interface RemoveRuleProps {
  readonly rule: AdmissionRule;
  readonly isEnabled: boolean;
  readonly onGone: () => void;
}

/** Removes a rule of one's own; the toast puts it back as it was. */
export const RemoveRule = ({ rule, isEnabled, onGone }: RemoveRuleProps) => {
  const t = useT();
  const toast = useToast();
  const [asks, setAsks] = useState(false);
  const again = useMutation({
    mutationFn: () => call('admission.rule.create', { body: { rule, enabled: isEnabled } }),
    onSuccess: renewPolicy,
    onError: toast.failed,
  });
  const remove = useMutation({
    mutationFn: () => call('admission.rule.remove', { params: { id: rule.id } }),
    onSuccess: () => {
      onGone();
      renewPolicy();
      toast.done(t('admission.rule.removed', { id: rule.id }), () => again.mutate());
    },
    onError: toast.failed,
  });
  if (!asks) {
    return (
      <Button
        variant="default"
        onClick={() => setAsks(true)}
        leftSection={<IconTrash size={16} aria-hidden="true" />}
      >
        {t('admission.rule.remove')}
      </Button>
    );
  }
  return (
    <span className="row wrap">
      <span className="second small">{t('admission.rule.remove.effect')}</span>
      <Button color="red" variant="light" loading={remove.isPending} onClick={() => remove.mutate()}>
        {t('admission.rule.remove.sure')}
      </Button>
      <Button variant="default" onClick={() => setAsks(false)}>
        {t('form.cancel')}
      </Button>
    </span>
  );
};
