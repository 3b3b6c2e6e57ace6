//! As much of an HTTP/1.1 response as a load generator must understand (RFC 9112).

/// Where a response's parts lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The status.
    pub status: u16,
    /// Bytes of the head, with the empty line.
    pub head: usize,
    /// Bytes of head and body.
    pub total: usize,
}

/// A response that is not framed by a Content-Length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unframed;

const END: &[u8] = b"\r\n\r\n";
const LENGTH: &[u8] = b"content-length:";

/// Reads the head at the beginning of `bytes`; none until it is complete.
///
/// # Errors
/// [`Unframed`].
pub fn frame(bytes: &[u8]) -> Result<Option<Frame>, Unframed> {
    let Some(end) = bytes.windows(END.len()).position(|window| window == END) else {
        return Ok(None);
    };
    let mut lines = bytes[..end].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let status = lines.next().and_then(status).ok_or(Unframed)?;
    // A 204 has no body, and says nothing of its length.
    let none = (status == 204).then_some(0);
    let body = lines.find_map(length).or(none).ok_or(Unframed)?;
    let head = end + END.len();
    Ok(Some(Frame { status, head, total: head.saturating_add(body) }))
}

fn status(line: &[u8]) -> Option<u16> {
    let digits = line.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    str::from_utf8(digits).ok()?.parse().ok()
}

fn length(line: &[u8]) -> Option<usize> {
    let (name, value) = line.split_at_checked(LENGTH.len())?;
    let digits = name.eq_ignore_ascii_case(LENGTH).then(|| value.trim_ascii())?;
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_framed_by_its_length() {
        let head = b"HTTP/1.1 201 Created\r\nx-id: 7\r\nContent-Length: 2\r\n\r\n";
        let found = frame(&[head, &b"{}"[..]].concat()).unwrap().unwrap();
        assert_eq!(found, Frame { status: 201, head: head.len(), total: head.len() + 2 });
        assert_eq!(frame(&head[..head.len() - 1]), Ok(None));
        let gone = b"HTTP/1.1 204 No Content\r\n\r\n";
        let total = gone.len();
        assert_eq!(frame(gone), Ok(Some(Frame { status: 204, head: total, total })));
    }

    #[test]
    fn other_framings_are_refused() {
        for head in [
            &b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n",
            b"HTTP/2 200\r\ncontent-length: 2\r\n\r\n",
        ] {
            assert_eq!(frame(head), Err(Unframed));
        }
    }
}
