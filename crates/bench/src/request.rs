//! Requests, written once and sent many times.

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

/// The head's last line, whose value changes with each sending.
const KEY: &str = "Idempotency-Key: ";
const KEY_DIGITS: usize = 16;

/// Every key of a run is another one.
static KEYS: AtomicU64 = AtomicU64::new(0);

/// A request's bytes.
#[derive(Debug, Clone)]
pub struct Request {
    bytes: Vec<u8>,
    /// Where the key's digits begin, if there is a key.
    key: Option<usize>,
}

impl Request {
    /// A read.
    #[must_use]
    pub fn get(path: &str, token: &str) -> Self {
        Self { bytes: format!("{}\r\n", head("GET", path, token)).into_bytes(), key: None }
    }

    /// A removal.
    #[must_use]
    pub fn delete(path: &str, token: &str) -> Self {
        Self { bytes: format!("{}\r\n", head("DELETE", path, token)).into_bytes(), key: None }
    }

    /// A write, which gets a new idempotency key each time.
    #[must_use]
    pub fn post(path: &str, token: &str, body: &str) -> Self {
        let head = head("POST", path, token);
        let length = body.len();
        let head =
            format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n{KEY}");
        let key = Some(head.len());
        let bytes = format!("{head}{}\r\n\r\n{body}", "0".repeat(KEY_DIGITS)).into_bytes();
        Self { bytes, key }
    }

    /// The bytes to send now.
    #[must_use]
    pub fn next(&mut self) -> &[u8] {
        let digits = self.key.and_then(|at| self.bytes.get_mut(at..at + KEY_DIGITS));
        if let Some(mut digits) = digits {
            let number = KEYS.fetch_add(1, Ordering::Relaxed);
            // Sixteen digits hold every number, so the slice cannot be too short.
            let _written = write!(digits, "{number:016x}");
        }
        &self.bytes
    }

    /// Method and path, for errors.
    #[must_use]
    pub fn line(&self) -> String {
        let end = self.bytes.iter().position(|byte| *byte == b'\r');
        let line = String::from_utf8_lossy(&self.bytes[..end.unwrap_or(0)]);
        line.trim_end_matches(" HTTP/1.1").to_owned()
    }
}

/// The head up to what only writes have; without a token nobody is signed in.
fn head(method: &str, path: &str, token: &str) -> String {
    let line = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    if token.is_empty() { line } else { format!("{line}Authorization: Bearer {token}\r\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_has_another_key_each_time() {
        let mut request = Request::post("/v1/x", "sess_1", "{}");
        let first = String::from_utf8(request.next().to_vec()).unwrap();
        let second = String::from_utf8(request.next().to_vec()).unwrap();
        assert_ne!(first, second);
        let (before, after) = first.split_once(KEY).unwrap();
        assert!(before.starts_with("POST /v1/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: "));
        assert!(before.ends_with("Content-Length: 2\r\n"));
        assert_eq!(after.split_once("\r\n\r\n").unwrap().0.len(), KEY_DIGITS);
        assert!(second.ends_with("\r\n\r\n{}"));
        assert_eq!(request.line(), "POST /v1/x");
    }

    #[test]
    fn a_read_ends_with_its_head() {
        let text = String::from_utf8(Request::get("/", "").next().to_vec()).unwrap();
        assert_eq!(text, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
}
