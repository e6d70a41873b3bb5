// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, stream};
use crate::{recognise, Outcome, Protocol, Start};

#[test]
fn tells_the_command_but_no_argument() {
    let found = known(&stream(b"*2\r\n$4\r\nauth\r\n$7\r\nhunter2\r\n", b""));
    assert_eq!((found.protocol, &found.facts[..]), (Protocol::Redis, &[("command", "AUTH".to_string())][..]));
    assert!(!format!("{found:?}").contains("hunter2"));
    assert_eq!(known(&stream(b"ping\r\n", b"")).protocol, Protocol::Redis);
}

#[test]
fn waits_for_the_command_and_refuses_what_is_none() {
    for cut in [&b"*"[..], b"*1", b"*1\r", b"*1\r\n", b"*1\r\n$4", b"*1\r\n$4\r\nPI"] {
        assert_eq!(recognise(&stream(cut, b"")), Outcome::More, "{cut:?}");
    }
    for odd in
        [&b"*0\r\n"[..], b"*99999\r\n", b"*x", b"*1\r\n:4\r\n", b"*1\r\n$4\r\nNOPE\r\n", b"*1\r\n$0\r\n"]
    {
        assert_eq!(recognise(&Start { complete: true, ..stream(odd, b"") }), Outcome::Unknown, "{odd:?}");
    }
}
