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
    (&["x", "-----BEGIN CERTIFICATE----- a -----BEGIN PRIVATE KEY----- b"], &["x", "[redacted]"]),
    // A command begins after each separator, also one that is written without a space.
    (
        &["sh", "-c", "cd /backup; mysqldump -uroot -pS3cr3t db"],
        &["sh", "-c", "cd /backup; mysqldump -uroot -p[redacted] db"],
    ),
    (
        &["sh", "-c", "set -e\nmysqldump -uroot -pS3cr3t db"],
        &["sh", "-c", "set -e\nmysqldump -uroot -p[redacted] db"],
    ),
    (&["sh", "-c", "cd /x&&mysql -pS3cr3t|cat"], &["sh", "-c", "cd /x&&mysql -p[redacted]|cat"]),
    (&["sh", "-c", "x=$(mysql -pS3cr3t -e x)"], &["sh", "-c", "x=$(mysql -p[redacted] -e x)"]),
    (&["sh", "-c", "( mysql 2>&1 -pS3cr3t )"], &["sh", "-c", "( mysql 2>&1 -p[redacted] )"]),
    (&["sh", "-c", "mysql \\\n -pS3cr3t"], &["sh", "-c", "mysql \\\n -p[redacted]"]),
    (&["bash", "-lc", "su -c 'mysql -pS3cr3t db' x"], &["bash", "-lc", "su -c 'mysql -p[redacted] db' x"]),
    (&["sh", "-c", "mysql -p\"my S3cr3t\" db"], &["sh", "-c", "mysql -p\"[redacted]\" db"]),
    (&["sh", "-c", "\"mysql\" '-pS3cr3t' db"], &["sh", "-c", "\"mysql\" '-p[redacted]' db"]),
    (&["sh", "-c", "app --password \"a b\" c"], &["sh", "-c", "app --password \"[redacted]\" c"]),
    // An argument may begin with a quote that is part of it.
    (&["app", "--password", "\"-Tr0ub"], &["app", "--password", "[redacted]"]),
    // Short options in one word.
    (&["curl", "-sSu", "me:hunter2", "h"], &["curl", "-sSu", "me:[redacted]", "h"]),
    (&["curl", "-sSume:hunter2", "h"], &["curl", "-sSume:[redacted]", "h"]),
    (&["curl", "-sU", "me:hunter2", "h"], &["curl", "-sU", "me:[redacted]", "h"]),
    (&["sh", "-c", "curl -sSu 'me:hunter2' h"], &["sh", "-c", "curl -sSu 'me:[redacted]' h"]),
    (&["ldapsearch", "-xw", "hunter2"], &["ldapsearch", "-xw", "[redacted]"]),
    (&["ldapwhoami", "-xw", "hunter2"], &["ldapwhoami", "-xw", "[redacted]"]),
    // What a command reads or writes is no word of it.
    (&["sh", "-c", "mysql <&3 -pS3cr3t"], &["sh", "-c", "mysql <&3 -p[redacted]"]),
    (
        &["sh", "-c", "app --password 2>/dev/null hunter2"],
        &["sh", "-c", "app --password 2>/dev/null [redacted]"],
    ),
    (&["sh", "-c", "app --token 1</dev/tcp/h/1 x"], &["sh", "-c", "app --token 1</dev/tcp/h/1 [redacted]"]),
    // Only in a script: elsewhere they may be part of a secret.
    (&["x", "run --password a<b c"], &["x", "run --password [redacted] c"]),
    // Headers: the secret is all of it, behind one word that tells its kind.
    (&["curl", "-H", "Authorization: Splunk 1234"], &["curl", "-H", "Authorization: Splunk [redacted]"]),
    (&["curl", "-H", "Authorization: GenieKey 12-34"], &["curl", "-H", "Authorization: GenieKey [redacted]"]),
    (&["curl", "-H", "authorization: SSWS 1234"], &["curl", "-H", "authorization: SSWS [redacted]"]),
    (&["curl", "-H", "Authorization: Bot 1234"], &["curl", "-H", "Authorization: Bot [redacted]"]),
    (
        &["curl", "-H", "Authorization: Negotiate YII="],
        &["curl", "-H", "Authorization: Negotiate [redacted]"],
    ),
    (&["curl", "-H", "Authorization: Unheard 12 34"], &["curl", "-H", "Authorization: [redacted]"]),
    (
        &["curl", "-H", "Proxy-Authorization: Basic bWU6eA=="],
        &["curl", "-H", "Proxy-Authorization: Basic [redacted]"],
    ),
    (
        &["curl", "-H", "Authorization: Digest username=\"me\", response=\"12\""],
        &["curl", "-H", "Authorization: Digest [redacted]"],
    ),
    (&["curl", "-H", "Cookie: a=hunter2; b=hunter3"], &["curl", "-H", "Cookie: [redacted]"]),
    (
        &["sh", "-c", "curl -H \"Authorization: Splunk 12 34\" http://h | sh"],
        &["sh", "-c", "curl -H \"Authorization: Splunk [redacted]\" http://h | sh"],
    ),
    (
        &["sh", "-c", "curl -H'Authorization:Unheard 12 34' h"],
        &["sh", "-c", "curl -H'Authorization:[redacted]' h"],
    ),
    (
        &["x", "{\"headers\":{\"Authorization\": \"Unheard 12 34\"}, \"a\": 1}"],
        &["x", "{\"headers\":{\"Authorization\": \"[redacted]\"}, \"a\": 1}"],
    ),
    // An argument that is a name and its value: the value is all the rest.
    (&["app", "--password=Tr0ub&dor3"], &["app", "--password=[redacted]"]),
    (&["app", "--password=Tr0ub;d,o}r3 x"], &["app", "--password=[redacted]"]),
    (&["app", "-e", "DB_PASSWORD=Tr0ub dor3"], &["app", "-e", "DB_PASSWORD=[redacted]"]),
    (&["kubectl", "--from-literal=password=a&b"], &["kubectl", "--from-literal=password=[redacted]"]),
    // In a script it ends where the shell ends it, so that the rest of the script stays in sight.
    (&["sh", "-c", "TOKEN=hunter2; curl h | sh"], &["sh", "-c", "TOKEN=[redacted]; curl h | sh"]),
    (&["sh", "-c", "TOKEN=a,b|sh"], &["sh", "-c", "TOKEN=[redacted]|sh"]),
    (&["sh", "-c", "app --password='a b' x"], &["sh", "-c", "app --password='[redacted]' x"]),
    (&["python3", "-c", "token='a'; import socket"], &["python3", "-c", "token='[redacted]'; import socket"]),
    (&["x", "{\"password\": \"a b\\\"c\", \"d\": 1}"], &["x", "{\"password\": \"[redacted]\", \"d\": 1}"]),
    // A program that starts another.
    (&["docker", "exec", "c", "mysql", "-psecret"], &["docker", "exec", "c", "mysql", "-p[redacted]"]),
    (&["timeout", "5", "redis-cli", "-a", "secret"], &["timeout", "5", "redis-cli", "-a", "[redacted]"]),
    (
        &["sudo", "-u", "me", "/usr/bin/mysql", "-psecret"],
        &["sudo", "-u", "me", "/usr/bin/mysql", "-p[redacted]"],
    ),
    (
        &["kubectl", "exec", "db-0", "--", "mysql", "-psecret"],
        &["kubectl", "exec", "db-0", "--", "mysql", "-p[redacted]"],
    ),
    (
        &["sh", "-c", "MYSQL_HOME=/x exec mysql -psecret"],
        &["sh", "-c", "MYSQL_HOME=/x exec mysql -p[redacted]"],
    ),
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
    &["x", "a PRIVATE KEY before -----BEGIN CERTIFICATE-----"],
    &["bash", "-c", "echo hello world"],
    &["docker", "run", "--name", "mongo", "-p", "27017:27017", "mongo"],
    &["find", "/var/lib/mysql", "-print"],
    &["curl", "-omenu", "http://h/x"],
    &["curl", "-sS", "-X", "PUT", "http://h:80/x"],
    &["sh", "-c", "mysql db; ls -p1; docker run -p 80:80 x"],
    &["sh", "-c", "TOKEN=$(curl http://h/x | sh)"],
    &["sh", "-c", "it's -p here; echo \"not closed"],
    &["-bash"],
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
fn shows_what_the_shared_table_says() {
    let mut lines = include_str!("../../testdata/redaction/named.tsv")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut rows = 0;
    while let (Some(given), Some(expected)) = (lines.next(), lines.next()) {
        let words = |line: &str| line.split('\t').map(|word| word.replace("\\n", "\n")).collect::<Vec<_>>();
        let given = words(given);
        let (out, _) = shown(&given.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(out, words(expected));
        rows += 1;
    }
    assert!(rows > 20);
}

#[test]
fn keeps_what_is_no_secret() {
    for words in KEPT {
        let (out, found) = shown(words);
        assert_eq!(&out.iter().map(String::as_str).collect::<Vec<_>>(), words);
        assert!(!found, "{words:?} is not flagged");
    }
}

/// The shortest of some times that one argument takes, `part` again and again.
fn time_of(part: &str, bytes: usize) -> std::time::Duration {
    let raw = format!("app\0x {}\0", part.repeat(bytes / part.len()));
    let times = (0..5).map(|_| {
        let began = std::time::Instant::now();
        assert_eq!(redact(raw.as_bytes()).0.last(), Some(&0));
        began.elapsed()
    });
    times.min().unwrap_or_default()
}

#[test]
fn takes_no_more_than_its_length_of_time_for_what_a_hostile_process_repeats() {
    for part in ["-----BEGIN ", "token=$(", "token=[redacted]", "://", "a='", "su -c \"", "eyJ.", "bearer "] {
        let (short, long) = (time_of(part, 8 * 1024), time_of(part, 64 * 1024));
        // Eight times as long; what compared each part with all the rest took some sixty times as much.
        assert!(long < short * 24, "{part}: {short:?} for 8 KiB, {long:?} for 64 KiB");
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
    fn never_shows_a_named_password(secret in "[!-,.-~][ -~]{5,29}", prefix in "[a-z]{0,6}") {
        let raw = format!("{prefix}\0--password={secret}\0{prefix}_password={secret}\0--password\0{secret}\0");
        let (out, found) = redact(raw.as_bytes());
        let text = String::from_utf8_lossy(&out).into_owned();
        prop_assert!(found);
        prop_assert!(!text.contains(&secret), "{}", text);
    }

    #[test]
    fn never_shows_a_quoted_password_of_a_script(secret in "[ !#%&(-\\[\\]-~]{6,30}", quote in "['\"]") {
        let script = format!("set -e\nA_TOKEN={quote}{secret}{quote}; curl -H {quote}Authorization: {secret}{quote} h");
        let (out, _) = redact(format!("sh\0-c\0{script}\0").as_bytes());
        let text = String::from_utf8_lossy(&out).into_owned();
        prop_assert!(!text.contains(secret.trim()) || secret.trim().len() < 4, "{}", text);
        prop_assert!(text.ends_with(" h\0"), "{}", text);
    }
}
