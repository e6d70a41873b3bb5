// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, mysql_greeting, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn tells_the_version_of_the_server() {
    let found = known(&stream(b"", &mysql_greeting()));
    assert_eq!((found.protocol, found.facts), (Protocol::Mysql, vec![("version", "8.0.36".to_string())]));
    assert_eq!(recognise(&stream(b"", &mysql_greeting()[..9])), Outcome::More);
}

#[test]
fn knows_a_refusal_and_nothing_else() {
    let refusal = [&[70, 0, 0, 0, 255, 0x6a, 4][..], &[b'x'; 80]].concat();
    assert_eq!(known(&stream(b"", &refusal)).protocol, Protocol::Mysql);
    let mut odd = mysql_greeting();
    odd[5] = b'x';
    assert_eq!(recognise(&stream(b"", &odd)), Outcome::Unknown);
    odd[3] = 1;
    assert_eq!(recognise(&stream(b"", &odd)), Outcome::Unknown);
}
