// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Names of servers as they may be shown.

/// Longest name (RFC 1035, 2.3.4).
pub const HOST_MAX: usize = 253;

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*')
}

/// A host name or address in lower case, without port and without a final dot; nothing when it is not one.
/// Whatever else a client writes there is not told: it may be a secret.
pub fn clean(bytes: &[u8]) -> Option<String> {
    if bytes.len() > HOST_MAX + 8 {
        return None;
    }
    if let Some(inside) = bytes.strip_prefix(b"[") {
        let end = inside.iter().position(|byte| *byte == b']')?;
        let address = std::str::from_utf8(&inside[..end]).ok()?;
        return address.parse::<std::net::Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let name = match bytes.iter().rposition(|byte| *byte == b':') {
        Some(at) if bytes[at + 1..].iter().all(u8::is_ascii_digit) => &bytes[..at],
        Some(_) => return None,
        None => bytes,
    };
    let name = name.strip_suffix(b".").unwrap_or(name);
    let is_fine = !name.is_empty() && name.len() <= HOST_MAX && name.iter().all(|byte| is_name_byte(*byte));
    is_fine.then(|| name.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn gives_names_in_lower_case_without_port() {
        assert_eq!(clean(b"Shop.Example:8080").as_deref(), Some("shop.example"));
        assert_eq!(clean(b"example.").as_deref(), Some("example"));
        assert_eq!(clean(b"10.0.0.1:80").as_deref(), Some("10.0.0.1"));
        assert_eq!(clean(b"[FE80::1]:443").as_deref(), Some("fe80::1"));
    }

    #[test]
    fn gives_nothing_of_what_is_not_a_name() {
        for odd in [&b""[..], b".", b"a b", b"user:secret@host", b"x\n", b"[nonsense]", b"a:b", b"\xff"] {
            assert_eq!(clean(odd), None, "{odd:?}");
        }
        assert_eq!(clean(&[b'a'; 300]), None);
    }
}
