//! Evidence as a form (RFC 7578): `type`, and either `text` or one `file`. The file's bytes pass by
//! and are kept elsewhere; here is what its head and its end say.

use std::borrow::Cow;

use cardium_disputes::{Attachment, Content, EvidenceKind, FileType, MAX_TEXT};
use cardium_kernel::{BlobId, Problem};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    evidence::{check_filename, file_type, kind, mismatch},
    field::{invalid, required},
    word::Word,
};

/// The name of the part that holds the file.
pub const FILE: &str = "file";
/// The most bytes of a part that holds text: of four each.
pub const TEXT_BYTES: usize = 80_000;

/// What the head of a file's part says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHead {
    /// What its sender calls it.
    pub filename: String,
    /// Its type, which its bytes must bear out.
    pub file_type: FileType,
}

impl FileHead {
    /// The head of a part with this name and type.
    ///
    /// # Errors
    /// `invalid_field` or `unsupported_file_type`.
    pub fn parse(filename: Option<&str>, content_type: Option<&str>) -> Result<Self, Problem> {
        let filename = filename.unwrap_or_default();
        check_filename(filename, FILE)?;
        let file_type = file_type(content_type.unwrap_or_default(), FILE)?;
        Ok(Self { filename: filename.to_owned(), file_type })
    }

    /// The bytes are not of the type that the head says.
    #[must_use]
    pub fn refuse(&self) -> Problem {
        mismatch(self.file_type, FILE)
    }
}

/// A file that came with a form and is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileIn {
    /// What its head says.
    pub head: FileHead,
    /// Under which id it is kept.
    pub blob: BlobId,
    /// How many bytes it has.
    pub size: i64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// The schema of the form.
pub struct EvidenceFormIn;

impl JsonSchema for EvidenceFormIn {
    fn schema_name() -> Cow<'static, str> {
        "EvidenceForm".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Words or one file; the file has a name and one of the types of files.",
            "type": "object",
            "properties": {
                "type": generator.subschema_for::<Word<EvidenceKind>>(),
                "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
                FILE: {"type": "string", "format": "binary", "minLength": 1},
            },
            "required": ["type"],
            "additionalProperties": false,
            "oneOf": [{"required": ["text"]}, {"required": [FILE]}],
        })
    }
}

/// The parts of a form that came so far.
#[derive(Debug, Default)]
pub struct EvidenceForm {
    kind: Option<EvidenceKind>,
    text: Option<String>,
    file: Option<FileIn>,
}

impl EvidenceForm {
    /// Whether a part of this name may come.
    ///
    /// # Errors
    /// `invalid_field` for one that is unknown or came before.
    pub fn expect(&self, name: &str) -> Result<(), Problem> {
        let came = match name {
            "type" => self.kind.is_some(),
            "text" => self.text.is_some(),
            FILE => self.file.is_some(),
            _ => return Err(invalid(&printable(name), "is not part of this form")),
        };
        if came { Err(invalid(name, "occurs twice")) } else { Ok(()) }
    }

    /// Takes a part that holds text.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn take_text(&mut self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
        let text = text.ok_or_else(|| invalid(name, "must be Unicode text without U+0000"))?;
        if name == "type" {
            self.kind = Some(kind(text)?);
            return Ok(());
        }
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if !(1..=MAX_TEXT).contains(&length) {
            return Err(too_long(name));
        }
        self.text = Some(text.to_owned());
        Ok(())
    }

    /// Takes the file, once it is kept.
    pub fn take_file(&mut self, file: FileIn) {
        self.file = Some(file);
    }

    /// What the form adds to its dispute, once all of it came.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn finish(self) -> Result<Attachment, Problem> {
        let kind = required(self.kind, "type")?;
        match (self.text, self.file) {
            (Some(_), Some(_)) => Err(invalid("text", "cannot stand beside a file")),
            (Some(text), None) => Ok(Attachment::text(kind, text)),
            (None, file) => {
                let FileIn { head, blob, size, sha256 } = required(file, FILE)?;
                let FileHead { filename, file_type } = head;
                let content = Content::File { blob, filename, file_type, sha256 };
                Ok(Attachment { kind, content, size })
            }
        }
    }
}

/// A part holds more text than it may, or none.
#[must_use]
pub fn too_long(name: &str) -> Problem {
    invalid(name, &format!("must have 1 to {MAX_TEXT} characters"))
}

/// An attachment in one fixed form: what the fingerprint of a request covers.
#[must_use]
pub fn canonical(attachment: &Attachment) -> String {
    let kind = attachment.kind.as_str();
    match &attachment.content {
        Content::Text(text) => format!("{kind}\ntext\n{text}"),
        Content::File { filename, file_type, sha256, .. } => {
            let digest: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{kind}\nfile\n{}\n{digest}\n{filename}", file_type.as_str())
        }
    }
}

fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;

    fn file() -> FileIn {
        let head = FileHead::parse(Some("a.pdf"), Some("application/pdf")).unwrap();
        FileIn { head, blob: BlobId::new(1), size: 9, sha256: [7; 32] }
    }

    #[test]
    fn a_form_is_words_or_a_file() {
        let mut form = EvidenceForm::default();
        form.take_text("type", b"receipt").unwrap();
        form.take_file(file());
        let attachment = form.finish().unwrap();
        assert_eq!((attachment.kind, attachment.size), (EvidenceKind::Receipt, 9));
        let mut form = EvidenceForm::default();
        form.take_text("text", "see \u{E9}".as_bytes()).unwrap();
        form.take_text("type", b"other").unwrap();
        let words = form.finish().unwrap();
        assert_eq!(words, Attachment::text(EvidenceKind::Other, "see \u{E9}".to_owned()));
        assert_ne!(canonical(&attachment), canonical(&words));
    }

    #[test]
    fn forms_are_refused_by_part() {
        let form = |parts: &[(&str, &str)]| {
            let mut form = EvidenceForm::default();
            for (name, text) in parts {
                form.expect(name)?;
                match *name {
                    FILE => form.take_file(file()),
                    name => form.take_text(name, text.as_bytes())?,
                }
            }
            form.finish()
        };
        let long = "x".repeat(20_001);
        for (parts, code, param) in [
            (&[("text", "x")][..], ErrorCode::MissingRequiredField, "type"),
            (&[("type", "other")], ErrorCode::MissingRequiredField, "file"),
            (&[("type", "secret")], ErrorCode::InvalidField, "type"),
            (&[("type", "other"), ("type", "other")], ErrorCode::InvalidField, "type"),
            (&[("file", ""), ("file", "")], ErrorCode::InvalidField, "file"),
            (&[("colour", "red")], ErrorCode::InvalidField, "colour"),
            (&[("text", "")], ErrorCode::InvalidField, "text"),
            (&[("text", &long)], ErrorCode::InvalidField, "text"),
            (&[("text", "a\0b")], ErrorCode::InvalidField, "text"),
            (&[("type", "other"), ("text", "x"), ("file", "")], ErrorCode::InvalidField, "text"),
        ] {
            let problem = form(parts).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{parts:?}");
        }
    }

    #[test]
    fn heads_are_what_they_must_be() {
        let read = |name: Option<&str>, kind: Option<&str>| {
            FileHead::parse(name, kind).map_err(|problem| (problem.code, problem.param))
        };
        assert!(read(Some("a b.txt"), Some("Text/Plain; charset=utf-8")).is_ok());
        for (name, kind, code) in [
            (None, Some("image/png"), ErrorCode::InvalidField),
            (Some(""), Some("image/png"), ErrorCode::InvalidField),
            (Some("../a"), Some("image/png"), ErrorCode::InvalidField),
            (Some("a"), None, ErrorCode::UnsupportedFileType),
            (Some("a"), Some("text/html"), ErrorCode::UnsupportedFileType),
        ] {
            assert_eq!(read(name, kind), Err((code, Some(FILE.to_owned()))), "{name:?} {kind:?}");
        }
    }
}
