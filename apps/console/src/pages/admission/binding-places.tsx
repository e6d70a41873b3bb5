// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding } from '@bartizan/contracts';
import { useT } from '../../i18n/language.ts';
import { Verbatim } from '../../widgets/text.tsx';

/** Where a binding holds, in words. */
export const BindingPlaces = ({ binding }: { binding: AdmissionBinding }) => {
  const t = useT();
  const { namespaces, excludeNamespaces, namespaceLabels } = binding;
  const labels = Object.entries(namespaceLabels ?? {}).map(([name, value]) => `${name}=${value}`);
  return (
    <span className="anywhere">
      {namespaces === undefined ? (
        t('admission.everywhere')
      ) : (
        <Verbatim mono>{namespaces.join(', ')}</Verbatim>
      )}
      {excludeNamespaces !== undefined && (
        <>
          {' '}
          {t('admission.except')} <Verbatim mono>{excludeNamespaces.join(', ')}</Verbatim>
        </>
      )}
      {labels.length > 0 && (
        <>
          {' '}
          {t('admission.with-labels')} <Verbatim mono>{labels.join(', ')}</Verbatim>
        </>
      )}
    </span>
  );
};
