// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { agreeOnLanguage, chooseBeforeSignIn, takeChoiceBeforeSignIn } from './account-language.ts';

describe('the language of the account', () => {
  it('is shown at once, whatever this browser showed', () => {
    expect(agreeOnLanguage({ account: 'ja', shown: 'en', chosen: undefined })).toEqual({ show: 'ja' });
  });

  it('becomes what was chosen on the way in', () => {
    expect(agreeOnLanguage({ account: 'en', shown: 'ja', chosen: 'ja' })).toEqual({ save: 'ja' });
    expect(agreeOnLanguage({ account: 'en', shown: 'en', chosen: 'ja' })).toEqual({ show: 'ja', save: 'ja' });
  });

  it('needs nothing where all agree', () => {
    expect(agreeOnLanguage({ account: 'ja', shown: 'ja', chosen: undefined })).toEqual({});
    expect(agreeOnLanguage({ account: 'ja', shown: 'ja', chosen: 'ja' })).toEqual({});
  });

  it('takes a choice of before once', () => {
    chooseBeforeSignIn('ja');
    expect([takeChoiceBeforeSignIn(), takeChoiceBeforeSignIn()]).toEqual(['ja', undefined]);
  });
});
