// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::*;
use proptest::prelude::*;

fn shown(arguments: &[&str]) -> (Vec<String>, bool) {
    let raw = arguments.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect::<Vec<u8>>();
    let (out, found) = redact(&raw);
    let text = String::from_utf8_lossy(&out).into_owned();
    (text.trim_end_matches('\0').split('\0').map(String::from).collect(), found)
}

/// Words, words as shown.
const REPLACED: &[(&[&str], &[&str])] = &[
    (&["app", "--password", "hunter2"], &["app", "--password", "[redacted]"]),
    (&["app", "--password=hunter2"], &["app", "--password=[redacted]"]),
    (&["app", "--db-password=hunter2"], &["app", "--db-password=[redacted]"]),
    (&["app", "--apiKey=abc"], &["app", "--apiKey=[redacted]"]),
    (&["env", "DB_PASSWORD=hunter2", "app"], &["env", "DB_PASSWORD=[redacted]", "app"]),
    (&["mysql", "-uroot", "-phunter2"], &["mysql", "-uroot", "-p[redacted]"]),
    (&["/usr/bin/mysqldump", "-phunter2"], &["/usr/bin/mysqldump", "-p[redacted]"]),
    (&["sshpass", "-p", "hunter2", "ssh", "h"], &["sshpass", "-p", "[redacted]", "ssh", "h"]),
    (&["redis-cli", "-a", "hunter2"], &["redis-cli", "-a", "[redacted]"]),
    (&["docker", "login", "-p", "hunter2"], &["docker", "login", "-p", "[redacted]"]),
    (&["curl", "-u", "me:hunter2", "http://h"], &["curl", "-u", "me:[redacted]", "http://h"]),
    (&["curl", "-ume:hunter2"], &["curl", "-ume:[redacted]"]),
    (&["curl", "http://me:hunter2@h/x"], &["curl", "http://me:[redacted]@h/x"]),
    (&["curl", "-H", "Authorization: Bearer abc.def"], &["curl", "-H", "Authorization: Bearer [redacted]"]),
    (&["curl", "-H", "X-Api-Key: abcdef"], &["curl", "-H", "X-Api-Key: [redacted]"]),
    (&["curl", "http://h/?token=abc&x=1"], &["curl", "http://h/?token=[redacted]&x=1"]),
    (
        &["curl", "-d", "{\"password\": \"hunter2\", \"a\": 1}"],
        &["curl", "-d", "{\"password\": \"[redacted]\", \"a\": 1}"],
    ),
    (&["aws", "AKIAABCDEFGHIJKLMNOP"], &["aws", "[redacted]"]),
    (&["git", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"], &["git", "[redacted]"]),
    (&["x", "xoxb-1234567890-abcdef"], &["x", "[redacted]"]),
    (&["x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl"], &["x", "[redacted]"]),
    (&["sh", "-c", "mysql -uroot -phunter2 | cat"], &["sh", "-c", "mysql -uroot -p[redacted] | cat"]),
    (&["sh", "-c", "cat x | mysql -phunter2"], &["sh", "-c", "cat x | mysql -p[redacted]"]),
    (&["sh", "-c", "app --password hunter2 x"], &["sh", "-c", "app --password [redacted] x"]),
    (&["sh", "-c", "export TOKEN='hunter2'; app"], &["sh", "-c", "export TOKEN='[redacted]'; app"]),
    (&["x", "-----BEGIN RSA PRIVATE KEY-----\nMII"], &["x", "[redacted]"]),
];

const KEPT: &[&[&str]] = &[
    &["ls", "-p", "/tmp"],
    &["docker", "run", "-p", "80:80", "nginx"],
    &["app", "--password-file=/run/secrets/p"],
    &["app", "--author=me"],
    &["git", "clone", "https://host/path:x@y"],
    &["ssh", "user@host"],
    &["mysql", "-p"],
    &["ghp_short"],
    &["bash", "-c", "echo hello world"],
    &[""],
];

#[test]
fn replaces_secrets_of_each_kind() {
    for (words, expected) in REPLACED {
        let (out, found) = shown(words);
        assert_eq!(&out.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        assert!(found, "{words:?} is flagged");
    }
}

#[test]
fn keeps_what_is_no_secret() {
    for words in KEPT {
        let (out, found) = shown(words);
        assert_eq!(&out.iter().map(String::as_str).collect::<Vec<_>>(), words);
        assert!(!found, "{words:?} is not flagged");
    }
}

proptest! {
    #[test]
    fn keeps_the_number_of_arguments(words in prop::collection::vec("[ -~]{0,40}", 1..8)) {
        let raw = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect::<Vec<u8>>();
        let (out, _) = redact(&raw);
        prop_assert_eq!(out.iter().filter(|byte| **byte == 0).count(), words.len());
    }

    #[test]
    fn takes_any_bytes(raw in prop::collection::vec(any::<u8>(), 0..600)) {
        let (out, found) = redact(&raw);
        if !found { prop_assert_eq!(out, raw); }
    }

    #[test]
    fn never_shows_a_named_password(secret in "[A-Za-z0-9!%*+./]{6,30}", prefix in "[a-z]{0,6}") {
        let raw = format!("{prefix}\0--password={secret}\0{prefix}_password={secret}\0--password\0{secret}\0");
        let (out, found) = redact(raw.as_bytes());
        let text = String::from_utf8_lossy(&out).into_owned();
        prop_assert!(found);
        prop_assert!(!text.contains(&secret), "{}", text);
    }
}
