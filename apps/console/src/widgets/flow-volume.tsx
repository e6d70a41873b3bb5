// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';

/** Whether no byte of these flows is ever counted: the kernel counts bytes for each TCP connection, not for UDP. */
export const isUncounted = (protocols: readonly string[], bytes: number): boolean =>
  bytes === 0 && protocols.length > 0 && protocols.every((protocol) => protocol.startsWith('udp'));

/** Bytes of a flow; what is not counted is said so and never shown as zero. */
export const FlowVolume = ({
  protocols,
  bytes,
}: {
  readonly protocols: readonly string[];
  readonly bytes: number;
}) => {
  const t = useT();
  const format = useFormat();
  if (!isUncounted(protocols, bytes)) return format.bytes(bytes);
  return (
    <span className="quiet" title={t('flow.bytes.uncounted.hint')}>
      {t('flow.bytes.uncounted')}
    </span>
  );
};
