//! Evidence of disputes: words, or a file in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use cardium_disputes::{Attachment, Content, Evidence, EvidenceKind, FileType, MAX_TEXT};
use cardium_kernel::{BlobId, ErrorCode, EvidenceId, Problem, Timestamp, sha256};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    field::{invalid, required, word},
    text::Text,
    word::Word,
};

/// The most characters of a file's name, as on most file systems.
const NAME_LENGTH: usize = 255;

/// What a file may be called: no path, and nothing that is not printed.
const FILENAME: &str = concat!(
    r"^([^./\\\x00-\x1f\x7f-\x9f]|\.{3}|\.{1,2}[^./\\\x00-\x1f\x7f-\x9f])",
    r"[^/\\\x00-\x1f\x7f-\x9f]*$"
);
/// Base 64 with its padding, in which no bit is left over.
const BASE64: &str =
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// A request to add evidence.
#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(extend("oneOf" = [
    {
        "required": ["text"],
        "properties": {
            "text": {"type": "string"},
            "filename": {"type": "null"},
            "content_type": {"type": "null"},
            "content_base64": {"type": "null"},
        },
    },
    {
        "required": ["filename", "content_type", "content_base64"],
        "properties": {
            "text": {"type": "null"},
            "filename": {"type": "string"},
            "content_type": {"type": "string"},
            "content_base64": {"type": "string"},
        },
    },
]))]
pub struct EvidenceIn {
    #[serde(rename = "type")]
    #[schemars(with = "Word<EvidenceKind>")]
    kind: Option<String>,
    /// What the file is called.
    #[schemars(length(min = 1, max = 255), regex(pattern = FILENAME))]
    filename: Option<String>,
    /// What the file's bytes are.
    #[schemars(with = "Option<Word<FileType>>")]
    content_type: Option<String>,
    /// The file's bytes (RFC 4648, section 4).
    #[schemars(length(min = 4), regex(pattern = BASE64))]
    content_base64: Option<String>,
    /// Words, in place of a file.
    #[validate(length(min = 1, max = MAX_TEXT))]
    text: Option<String>,
}

/// Evidence to add, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceWish {
    /// Words.
    Text(Attachment),
    /// A file.
    File {
        /// What it is.
        kind: EvidenceKind,
        /// What its sender calls it.
        filename: String,
        /// Its type, which its bytes bear out.
        file_type: FileType,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl EvidenceIn {
    /// The request with typed fields; takes as long as decoding the file does.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `unsupported_file_type`.
    pub fn parse(self) -> Result<EvidenceWish, Problem> {
        let kind = kind(&required(self.kind, "type")?)?;
        let Some(text) = self.text else {
            let content = required(self.content_base64, "content_base64")?;
            let filename = required(self.filename, "filename")?;
            check_filename(&filename, "filename")?;
            let content_type = required(self.content_type, "content_type")?;
            let file_type = file_type(&content_type, "content_type")?;
            let bytes = decode(&content, file_type)?;
            return Ok(EvidenceWish::File { kind, filename, file_type, bytes });
        };
        if self.content_base64.is_some() {
            return Err(invalid("text", "cannot stand beside content_base64"));
        }
        if self.filename.is_some() || self.content_type.is_some() {
            return Err(invalid("text", "takes neither filename nor content_type"));
        }
        Ok(EvidenceWish::Text(Attachment::text(kind, text)))
    }
}

impl EvidenceWish {
    /// What is attached, and the file that is kept under `blob`, where it is one.
    #[must_use]
    pub fn attachment(self, blob: BlobId) -> (Attachment, Option<Vec<u8>>) {
        match self {
            Self::Text(attachment) => (attachment, None),
            Self::File { kind, filename, file_type, bytes } => {
                let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                let content = Content::File { blob, filename, file_type, sha256: sha256(&bytes) };
                (Attachment { kind, content, size }, Some(bytes))
            }
        }
    }
}

/// What a piece of evidence is, from its word.
pub(crate) fn kind(text: &str) -> Result<EvidenceKind, Problem> {
    word(text, "type", EvidenceKind::parse, "receipt, correspondence, screenshot, other")
}

/// A name is kept and shown, never opened; all the same it must look like one.
pub(crate) fn check_filename(name: &str, param: &str) -> Result<(), Problem> {
    let length = (1..=NAME_LENGTH).contains(&name.chars().count());
    let plain = !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\'));
    if length && plain && name != "." && name != ".." {
        return Ok(());
    }
    let whose = if param == "filename" { "must have" } else { "must have a name of" };
    let rule = format!("{whose} 1 to 255 characters, without slashes and control characters");
    Err(invalid(param, &rule))
}

pub(crate) fn file_type(text: &str, param: &str) -> Result<FileType, Problem> {
    // `text/plain; charset=utf-8` is text all the same.
    let essence = text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let types: Vec<&str> = FileType::ALL.iter().map(|kind| kind.as_str()).collect();
    let message = format!("Evidence must be one of {}.", types.join(", "));
    FileType::parse(&essence)
        .ok_or_else(|| Problem::field(ErrorCode::UnsupportedFileType, param, message))
}

fn decode(content: &str, file_type: FileType) -> Result<Vec<u8>, Problem> {
    let bytes = STANDARD.decode(content);
    let bytes = bytes.map_err(|_| invalid("content_base64", "must be base64 (RFC 4648)"))?;
    if bytes.is_empty() {
        return Err(invalid("content_base64", "must not be empty"));
    }
    if file_type.matches(&bytes) {
        return Ok(bytes);
    }
    Err(mismatch(file_type, "content_base64"))
}

/// The file's bytes do not bear its type out.
pub(crate) fn mismatch(file_type: FileType, param: &str) -> Problem {
    let message = format!("The file is not {}.", file_type.as_str());
    Problem::field(ErrorCode::UnsupportedFileType, param, message)
}

/// A piece of evidence as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EvidenceOut {
    id: Text<EvidenceId>,
    #[serde(rename = "type")]
    #[schemars(with = "Word<EvidenceKind>")]
    kind: &'static str,
    filename: Option<String>,
    #[schemars(with = "Word<FileType>")]
    content_type: &'static str,
    size_bytes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    text: Option<String>,
    created_at: Text<Timestamp>,
}

impl From<&Evidence> for EvidenceOut {
    /// Without its words.
    fn from(evidence: &Evidence) -> Self {
        let (filename, file_type, digest) = match &evidence.content {
            Content::Text(_) => (None, FileType::Text, None),
            Content::File { filename, file_type, sha256, .. } => {
                (Some(filename.clone()), *file_type, Some(hex(sha256)))
            }
        };
        Self {
            id: Text(evidence.id),
            kind: evidence.kind.as_str(),
            filename,
            content_type: file_type.as_str(),
            size_bytes: evidence.size,
            sha256: digest,
            text: None,
            created_at: Text(evidence.created_at),
        }
    }
}

impl EvidenceOut {
    /// With its words, where it has any.
    #[must_use]
    pub fn whole(evidence: &Evidence) -> Self {
        let text = match &evidence.content {
            Content::Text(text) => Some(text.clone()),
            Content::File { .. } => None,
        };
        Self { text, ..Self::from(evidence) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;

    fn read(json: &str) -> Result<EvidenceWish, Problem> {
        Body::parse(json.as_bytes())?.read::<EvidenceIn>()?.parse()
    }

    fn file(content_type: &str, bytes: &[u8], name: &str) -> String {
        let content = STANDARD.encode(bytes);
        format!(
            r#"{{"type": "receipt", "filename": "{name}", "content_type": "{content_type}",
                "content_base64": "{content}"}}"#
        )
    }

    #[test]
    fn files_are_what_they_say_or_refused() {
        let wish = read(&file("application/pdf", b"%PDF-1.4 x", "bill.pdf")).unwrap();
        let (attachment, bytes) = wish.attachment(BlobId::new(7));
        assert_eq!((attachment.size, bytes.as_deref()), (10, Some(&b"%PDF-1.4 x"[..])));
        for (json, code, param) in [
            (file("text/html", b"<p>", "a.html"), ErrorCode::UnsupportedFileType, "content_type"),
            (
                file("image/png", b"%PDF-", "a.png"),
                ErrorCode::UnsupportedFileType,
                "content_base64",
            ),
            (file("image/png", b"", "a.png"), ErrorCode::InvalidField, "content_base64"),
            (file("text/plain", b"hello", "../a"), ErrorCode::InvalidField, "filename"),
            (file("text/plain", b"hello", ""), ErrorCode::InvalidField, "filename"),
            (file("text/plain", b"hello", "..\\\\a"), ErrorCode::InvalidField, "filename"),
            (
                file("text/plain", b"hello", "a").replace("aGVsbG8=", "aGVsbG8"),
                ErrorCode::InvalidField,
                "content_base64",
            ),
            (
                file("text/plain", b"hello", "a").replace("receipt", "secret"),
                ErrorCode::InvalidField,
                "type",
            ),
        ] {
            let problem = read(&json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
        read(&file("Text/Plain; charset=utf-8", b"hello", "a.txt")).unwrap();
    }

    #[test]
    fn words_stand_alone() {
        let wish = read(r#"{"type": "other", "text": "see \u00e9"}"#).unwrap();
        let EvidenceWish::Text(attachment) = wish else { panic!("no words") };
        assert_eq!(attachment.size, 6);
        for (json, param) in [
            (r#"{"type": "other"}"#, "content_base64"),
            (r#"{"text": "x"}"#, "type"),
            (r#"{"type": "other", "text": ""}"#, "text"),
            (r#"{"type": "other", "text": "x", "content_base64": "eA=="}"#, "text"),
            (r#"{"type": "other", "text": "x", "filename": "a"}"#, "text"),
            (r#"{"type": "other", "content_base64": "eA=="}"#, "filename"),
            (r#"{"type": "other", "content_base64": "eA==", "filename": "a"}"#, "content_type"),
        ] {
            assert_eq!(read(json).unwrap_err().param.as_deref(), Some(param), "{json}");
        }
    }
}
