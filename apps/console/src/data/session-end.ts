// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { call, setCsrfToken } from './api-client.ts';
import { ApiError } from './api-error.ts';

/** Closes the session; one that has ended already is closed. */
const close = async (): Promise<void> => {
  try {
    await call('session.delete');
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
};

/**
 * Ends the session on the controller, or throws what kept it from ending: its cookie is out of reach here, so whoever
 * comes next would be signed in. The token of this tab may be one of a session that another tab has replaced.
 */
export const endSession = async (): Promise<void> => {
  try {
    await close();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'E_CSRF')) throw error;
    setCsrfToken((await call('session.show')).csrfToken);
    await close();
  }
};
