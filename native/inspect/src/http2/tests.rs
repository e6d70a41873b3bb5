// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::PREFACE;
use crate::samples::{known, stream};
use crate::{recognise, Outcome, Protocol};

#[test]
fn knows_the_preface_and_waits_for_all_of_it() {
    assert_eq!(known(&stream(PREFACE, b"")).protocol, Protocol::Http2);
    assert_eq!(recognise(&stream(&PREFACE[..20], b"")), Outcome::More);
    assert_eq!(recognise(&stream(b"PRI * HTTP/2.0\r\n\r\nSMX", b"")), Outcome::Unknown);
}
