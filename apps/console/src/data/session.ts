// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Permission, Session } from '@bartizan/contracts';
import { createContext, useContext } from 'react';

/** Who is signed in; present everywhere inside the frame. */
export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. Only inside the frame. */
export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession outside of the frame');
  return session;
};

/** Whether the reader may do something; buttons that would be refused are not shown. */
export const useMay = (permission: Permission): boolean => useSession().permissions.includes(permission);
