// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';
import { Button } from '@mantine/core';
import { IconCopy, IconEdit, IconFlask, IconShieldCheck, IconSwitchHorizontal } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { readSearch } from '../../data/view.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { SeverityBadge } from '../../widgets/badges.tsx';
import { SidePanel } from '../../widgets/side-panel.tsx';
import { Asked } from '../../widgets/states.tsx';
import { AdmissionModes } from './admission-words.tsx';
import { RemoveRule } from './remove-rule.tsx';
import { RuleBody } from './rule-body.tsx';

type Detail = ResponseOf<'admission.rule'>;

/** What can be done with a rule from here. */
const Acts = ({ detail, onGone }: { detail: Detail; onGone: () => void }) => {
  const t = useT();
  const may = useMay('policies:write');
  const { id } = detail.rule;
  const isOwn = detail.origin === 'user';
  return (
    <span className="row wrap">
      <Button
        component={Link}
        to="/admission/try"
        search={{ sel: id }}
        variant="default"
        leftSection={<IconFlask size={16} aria-hidden="true" />}
      >
        {t('admission.try.rule')}
      </Button>
      {may && (
        <Button
          component={Link}
          to="/admission/modes"
          search={{ sel: id }}
          variant="default"
          leftSection={<IconSwitchHorizontal size={16} aria-hidden="true" />}
        >
          {t('admission.mode.change')}
        </Button>
      )}
      {may && (
        <Button
          component={Link}
          to="/admission/editor"
          search={{ sel: id }}
          variant="default"
          leftSection={
            isOwn ? <IconEdit size={16} aria-hidden="true" /> : <IconCopy size={16} aria-hidden="true" />
          }
        >
          {t(isOwn ? 'admission.rule.edit' : 'admission.rule.copy')}
        </Button>
      )}
      {may && (
        <Button
          component={Link}
          to="/admission/exceptions"
          search={{ sel: 'new', by: id }}
          variant="default"
          leftSection={<IconShieldCheck size={16} aria-hidden="true" />}
        >
          {t('exception.new')}
        </Button>
      )}
      {may && isOwn && <RemoveRule rule={detail.rule} isEnabled={detail.enabled} onGone={onGone} />}
    </span>
  );
};

/** One rule beside the list: what it says, why it matters, where it holds, what repairs a violation. */
export const AdmissionRulePanel = () => {
  const t = useT();
  const { text } = useFormat();
  const navigate = useNavigate();
  const { id = '' } = useParams({ strict: false });
  const asked = useApi('admission.rule', { params: { id } });
  const close = (): void =>
    void navigate({ to: '/admission', search: (before) => readSearch({ ...before }) });
  const detail = asked.data;
  return (
    <SidePanel
      title={detail === undefined ? t('field.rule') : text(detail.rule.title)}
      above={
        detail !== undefined && (
          <span className="row wrap">
            <SeverityBadge severity={detail.rule.severity} />
            <AdmissionModes modes={detail.modes} refused={detail.refused} />
          </span>
        )
      }
      onClose={close}
    >
      <Asked of={asked}>
        {(data) => (
          <>
            {/* By its rule: a question about one is not one about the next. */}
            <Acts key={data.rule.id} detail={data} onGone={close} />
            <RuleBody detail={data} />
          </>
        )}
      </Asked>
    </SidePanel>
  );
};
