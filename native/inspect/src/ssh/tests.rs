// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::samples::{known, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn tells_the_software_of_either_side() {
    let found = known(&stream(b"", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
    assert_eq!((found.protocol, found.facts), (Protocol::Ssh, vec![("server", "OpenSSH_9.2p1".to_string())]));
    let found = known(&stream(b"SSH-2.0-libssh\n", b""));
    assert_eq!(found.facts, [("client", "libssh".to_string())]);
}

#[test]
fn waits_for_the_line_and_refuses_what_is_none() {
    assert_eq!(recognise(&stream(b"SSH-2.0-Op", b"")), Outcome::More);
    assert_eq!(recognise(&stream(b"SSH-x", b"")), Outcome::Unknown);
    let mut start = stream(b"SSH-2.0-\xff\xff\n", b"");
    start.complete = true;
    assert!(known(&start).facts.is_empty());
}
