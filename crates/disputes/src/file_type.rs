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
        match self {
            Self::Pdf => bytes.starts_with(b"%PDF-"),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1A\n"),
            Self::Jpeg => bytes.starts_with(b"\xFF\xD8\xFF"),
            Self::Text => !bytes.is_empty() && is_text(bytes),
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let readable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{C}');
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(readable))
}

#[cfg(test)]
mod tests {
    use super::*;

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
