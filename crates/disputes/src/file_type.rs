use crate::words::words;

words! {
    /// A file type that is taken as evidence, by its media type. Kept and never executed.
    FileType {
        /// Portable Document Format (ISO 32000).
        Pdf = "application/pdf",
        /// Portable Network Graphics (ISO/IEC 15948).
        Png = "image/png",
        /// JPEG (ISO/IEC 10918).
        Jpeg = "image/jpeg",
        /// UTF-8 text.
        Text = "text/plain",
    }
}

impl FileType {
    /// Whether bytes are what their type says, by how such files begin; text is read whole.
    #[must_use]
    pub fn matches(self, bytes: &[u8]) -> bool {
        let mut inspection = Inspection::new(self);
        inspection.take(bytes) && inspection.finish()
    }

    /// How such files begin; text may begin with anything.
    const fn signature(self) -> &'static [u8] {
        match self {
            Self::Pdf => b"%PDF-",
            Self::Png => b"\x89PNG\r\n\x1A\n",
            Self::Jpeg => b"\xFF\xD8\xFF",
            Self::Text => b"",
        }
    }
}

/// Whether a file that comes in pieces is what its type says.
#[derive(Debug, Clone)]
pub struct Inspection {
    file_type: FileType,
    /// What is still to come of the signature.
    expected: &'static [u8],
    /// A character that the pieces cut in two; at most three bytes.
    cut: Vec<u8>,
    /// Whether nothing has come yet.
    is_empty: bool,
}

impl Inspection {
    /// A look at a file of this type.
    #[must_use]
    pub const fn new(file_type: FileType) -> Self {
        let expected = file_type.signature();
        Self { file_type, expected, cut: Vec::new(), is_empty: true }
    }

    /// Takes the next piece; false as soon as the file cannot be what it says any more.
    pub fn take(&mut self, piece: &[u8]) -> bool {
        self.is_empty &= piece.is_empty();
        if self.file_type == FileType::Text {
            return self.take_text(piece);
        }
        let length = self.expected.len().min(piece.len());
        let (now, later) = self.expected.split_at(length);
        self.expected = later;
        piece.starts_with(now)
    }

    /// Whether the whole file is what it says, once every piece was taken.
    #[must_use]
    pub const fn finish(&self) -> bool {
        !self.is_empty && self.expected.is_empty() && self.cut.is_empty()
    }

    fn take_text(&mut self, piece: &[u8]) -> bool {
        let whole;
        let bytes = if self.cut.is_empty() {
            piece
        } else {
            whole = [self.cut.as_slice(), piece].concat();
            &whole
        };
        let (text, rest) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, &[][..]),
            // Without a length the bytes only end too early.
            Err(error) if error.error_len().is_none() => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), rest)
            }
            Err(_) => return false,
        };
        self.cut = rest.to_vec();
        text.chars().all(is_readable)
    }
}

fn is_readable(c: char) -> bool {
    !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{C}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However a file is cut, it is what the whole is.
        #[test]
        fn pieces_are_judged_like_the_whole(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                "[a-z\u{E9}\u{20AC}\u{1F4B3}\n]{0,20}".prop_map(String::into_bytes),
                any::<Vec<u8>>().prop_map(|rest| [b"%PDF-", &rest[..]].concat()),
            ],
            size in 1_usize..5,
        ) {
            for kind in FileType::ALL {
                let mut inspection = Inspection::new(*kind);
                let fits = bytes.chunks(size).all(|piece| inspection.take(piece));
                prop_assert_eq!(fits && inspection.finish(), kind.matches(&bytes));
            }
            let readable = |text: &str| !text.is_empty() && text.chars().all(is_readable);
            let whole = std::str::from_utf8(&bytes).is_ok_and(readable);
            prop_assert_eq!(FileType::Text.matches(&bytes), whole);
        }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let samples: [(FileType, &[u8]); 4] = [
            (FileType::Pdf, b"%PDF-1.7\n\x80"),
            (FileType::Png, b"\x89PNG\r\n\x1A\nIHDR"),
            (FileType::Jpeg, b"\xFF\xD8\xFF\xE0\x00"),
            (FileType::Text, "Bestellung 4921, 12,50 \u{20AC}\r\n".as_bytes()),
        ];
        for (kind, bytes) in samples {
            for other in FileType::ALL {
                assert_eq!(other.matches(bytes), *other == kind, "{other:?} of {kind:?}");
            }
        }
    }

    #[test]
    fn what_only_pretends_is_refused() {
        for bytes in [&b""[..], b"MZ\x90\x00", b" %PDF-\0", b"GIF89a\x00", b"\xFF\xD8", b"a\0b"] {
            for kind in FileType::ALL {
                assert!(!kind.matches(bytes), "{kind:?} of {bytes:?}");
            }
        }
    }

    #[test]
    fn a_page_of_a_browser_is_text_and_stays_text() {
        assert!(FileType::Text.matches(b"<script>alert(1)</script>"));
        assert_eq!(FileType::parse("text/html"), None);
        assert_eq!(FileType::parse("image/svg+xml"), None);
    }
}
