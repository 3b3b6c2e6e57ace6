//! What an attempt came to: an answer, or one of a few reasons why there is none.

use std::{error::Error, io, iter, time::Duration};

use cardium_webhooks::{Attempt, AttemptFailure};
use reqwest::Response;
use tokio_rustls::rustls;

use super::addresses::NameError;

/// How much of an answer is read: enough to let a receiver finish, too little to be a burden.
const ANSWER_BYTES: usize = 64 * 1024;

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// From the name look-up to the last byte that was read.
    pub took: Duration,
    /// The beginning of the body as text of at most 256 bytes without control characters, NUL
    /// among them. Whoever shows it treats it as a stranger's words.
    pub excerpt: String,
}

/// Why an attempt got no answer. It has no source and its text neither names nor numbers, so that
/// it can be shown and logged: certificates and name servers could put words into both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// The endpoint's URL is not one that webhooks may be sent to, by its text or by what its name
    /// means now.
    #[error("the URL is not one that webhooks may be sent to")]
    Forbidden,
    /// The signing secret does not open with our keys.
    #[error("the signing secret does not open")]
    Secret,
    /// The name cannot be looked up or has no address.
    #[error("the host's name cannot be looked up")]
    Name,
    /// No connection came about.
    #[error("the host could not be connected to")]
    Connect,
    /// TLS failed, most often over the certificate.
    #[error("the connection could not be secured")]
    Tls,
    /// There was no whole answer in time.
    #[error("there was no whole answer in time")]
    Timeout,
    /// The answer broke off, or is no HTTP.
    #[error("the answer broke off or is no HTTP")]
    Protocol,
}

impl From<SenderError> for AttemptFailure {
    fn from(error: SenderError) -> Self {
        match error {
            SenderError::Forbidden => Self::Forbidden,
            SenderError::Secret => Self::Secret,
            SenderError::Name => Self::Dns,
            SenderError::Connect => Self::Connect,
            SenderError::Tls => Self::Tls,
            SenderError::Timeout => Self::Timeout,
            SenderError::Protocol => Self::Protocol,
        }
    }
}

impl From<reqwest::Error> for SenderError {
    fn from(error: reqwest::Error) -> Self {
        match find::<NameError>(&error) {
            Some(NameError::Forbidden) => return Self::Forbidden,
            Some(NameError::Unknown(_) | NameError::Empty) => return Self::Name,
            None => {}
        }
        if error.is_timeout() {
            Self::Timeout
        } else if causes(&error).any(is_tls) {
            Self::Tls
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Protocol
        }
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| error.source())
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// Whether an error is one of TLS. Those lie within one or two of input and output, whose `source`
/// passes over what they hold.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}

/// Reads an answer up to the bound and gives its beginning; a receiver that stalls within the
/// bound fails the attempt.
pub(super) async fn read(mut response: Response) -> Result<String, reqwest::Error> {
    let (mut read, mut beginning) = (0_usize, Vec::new());
    while read < ANSWER_BYTES {
        let Some(chunk) = response.chunk().await? else {
            break;
        };
        read = read.saturating_add(chunk.len());
        let missing = Attempt::EXCERPT.saturating_sub(beginning.len());
        beginning.extend(chunk.iter().take(missing));
    }
    Ok(excerpt(&beginning))
}

/// Whether a character is unseen, or changes how those beside it are shown.
const fn turns_text(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Bytes as text that harms neither a terminal nor a database.
fn excerpt(beginning: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(beginning).chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c.is_control() || turns_text(c) {
            continue;
        }
        if text.len().saturating_add(c.len_utf8()) > Attempt::EXCERPT {
            break;
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_tame() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"{\"ok\":true}", "{\"ok\":true}"),
            (b"a\r\nb\tc", "a  b c"),
            (b"\x1b[31mred\x07\0", "[31mred"),
            ("\u{9b}31m\u{85}\u{2028}x".as_bytes(), "31m  x"),
            ("a\u{202e}b\u{200b}\u{feff}".as_bytes(), "ab"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(excerpt(bytes), text);
        }
        assert_eq!(excerpt(&[b'x'; 300]).len(), 256);
        // A replacement takes three bytes.
        assert_eq!(excerpt(&[0xff; 256]), "\u{fffd}".repeat(85));
    }

    #[test]
    fn each_reason_has_a_word_and_a_sentence_of_its_own() {
        let reasons = [
            SenderError::Forbidden,
            SenderError::Secret,
            SenderError::Name,
            SenderError::Connect,
            SenderError::Tls,
            SenderError::Timeout,
            SenderError::Protocol,
        ];
        let words: std::collections::BTreeSet<_> =
            reasons.iter().map(|reason| AttemptFailure::from(*reason).as_str()).collect();
        let texts: std::collections::BTreeSet<_> = reasons.iter().map(|r| r.to_string()).collect();
        assert_eq!((words.len(), texts.len()), (reasons.len(), reasons.len()));
    }
}
