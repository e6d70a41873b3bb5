// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, mongodb_hello, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn tells_the_command() {
    let found = known(&stream(&mongodb_hello(), b""));
    assert_eq!((found.protocol, found.facts), (Protocol::Mongodb, vec![("command", "hello".to_string())]));
    assert_eq!(recognise(&stream(&mongodb_hello()[..18], b"")), Outcome::More);
}

#[test]
fn refuses_answers_other_codes_and_odd_flags() {
    for (at, value) in [(8, 1), (12, 9), (17, 9), (3, 200), (20, 7)] {
        let mut odd = mongodb_hello();
        odd[at] = value;
        assert_eq!(recognise(&stream(&odd, b"")), Outcome::Unknown, "{at}");
    }
}
