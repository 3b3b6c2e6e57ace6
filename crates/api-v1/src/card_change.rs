//! Replacing a card, and changing what it is called.

use cardium_app::cards::Binding;
use cardium_cards::{Patch, ReplacementReason, Shipping};
use cardium_kernel::{Metadata, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use validator::Validate;

use crate::{
    controls::ObjectIn,
    field::{required, word},
    metadata::{MetadataIn, MetadataPatch},
    shipping::ShippingIn,
    word::Word,
};

const REASONS: &str = "lost, stolen, damaged, expired, compromised";

/// A request for a card in another's place.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub struct ReplaceIn {
    /// Why the card is replaced.
    #[schemars(required, with = "Word<ReplacementReason>")]
    reason: Option<String>,
    /// Where a physical card is sent; where the old one was, if absent.
    shipping: Option<ObjectIn<ShippingIn>>,
    /// The new card's notes; the old card's, if absent.
    metadata: Option<MetadataIn>,
}

/// A request for a card in another's place, understood.
#[derive(Debug, Clone)]
pub struct ReplaceWish {
    /// Why.
    pub reason: ReplacementReason,
    /// Where plastic is sent, if not where the old one was.
    pub shipping: Option<Shipping>,
    /// The new card's notes, if not the old one's.
    pub metadata: Option<Metadata>,
}

impl ReplaceIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_country`.
    pub fn parse(self) -> Result<ReplaceWish, Problem> {
        let reason = required(self.reason, "reason")?;
        Ok(ReplaceWish {
            reason: word(&reason, "reason", ReplacementReason::parse, REASONS)?,
            shipping: self.shipping.map(|shipping| shipping.0.parse()).transpose()?,
            metadata: self.metadata.map(MetadataIn::parse).transpose()?,
        })
    }
}

/// A change of what a card is called, and of its owner's notes.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default)]
pub struct CardPatchIn {
    /// What its owner calls it; null for nothing.
    #[serde(deserialize_with = "present")]
    #[validate(length(max = 64))]
    label: Option<Option<String>>,
    /// Notes that change: null removes one, those that are not named stay.
    metadata: Option<MetadataPatch>,
    /// Null takes the card over from the agent that issued it: its mandate no longer bounds it.
    #[serde(deserialize_with = "null")]
    #[schemars(with = "()")]
    grant_id: Option<()>,
}

/// A change of what a card is called, understood.
#[derive(Debug, Clone)]
pub struct CardChange {
    /// What its owner calls it.
    pub label: Patch<String>,
    /// The notes that change.
    pub metadata: MetadataPatch,
    /// Under whose mandate it spends.
    pub binding: Binding,
}

impl CardPatchIn {
    /// The request with typed fields.
    #[must_use]
    pub fn parse(self) -> CardChange {
        let label = match self.label {
            None => Patch::Keep,
            Some(None) => Patch::Clear,
            Some(Some(label)) => Patch::Set(label),
        };
        let binding = self.grant_id.map_or(Binding::Keep, |()| Binding::Unbind);
        CardChange { label, metadata: self.metadata.unwrap_or_default(), binding }
    }
}

/// A field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// There, which can only be as null.
fn null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<()>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;
    use crate::body::Body;

    fn replace(json: &str) -> Result<ReplaceWish, Problem> {
        Body::parse(json.as_bytes())?.read::<ReplaceIn>()?.parse()
    }

    fn change(json: &str) -> Result<CardChange, Problem> {
        Ok(Body::parse(json.as_bytes())?.read::<CardPatchIn>()?.parse())
    }

    #[test]
    fn replacements_are_read() {
        for reason in ReplacementReason::ALL {
            let wish = replace(&format!(r#"{{"reason":"{}"}}"#, reason.as_str())).unwrap();
            assert_eq!((wish.reason, wish.shipping, wish.metadata), (reason, None, None));
        }
        let wish = replace(r#"{"reason":"lost","metadata":{"a":"b"}}"#).unwrap();
        assert_eq!(wish.metadata.unwrap().entries()["a"], "b");
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "reason"),
            (r#"{"reason":"bored"}"#, ErrorCode::InvalidField, "reason"),
            (r#"{"reason":"lost","shipping":[]}"#, ErrorCode::InvalidField, "shipping"),
            (
                r#"{"reason":"lost","shipping":{}}"#,
                ErrorCode::MissingRequiredField,
                "shipping.name",
            ),
            (r#"{"reason":"lost","metadata":{"a":1}}"#, ErrorCode::InvalidField, "metadata.a"),
            (r#"{"reason":"lost","metadata":{"":"b"}}"#, ErrorCode::InvalidField, "metadata"),
        ] {
            let problem = replace(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }

    #[test]
    fn null_clears_a_label_and_absence_keeps_it() {
        let label = |json: &str| change(json).unwrap().label;
        assert_eq!(label("{}"), Patch::Keep);
        assert_eq!(label(r#"{"label":null}"#), Patch::Clear);
        assert_eq!(label(r#"{"label":"Ads"}"#), Patch::Set("Ads".to_owned()));
        let long = format!(r#"{{"label":"{}"}}"#, "x".repeat(65));
        let problem = change(&long).unwrap_err();
        assert_eq!(
            (problem.code, problem.param.as_deref()),
            (ErrorCode::InvalidField, Some("label"))
        );
        let patch = change(r#"{"metadata":{"a":null,"b":"1"}}"#).unwrap().metadata;
        let expected = [("a".to_owned(), None), ("b".to_owned(), Some("1".to_owned()))];
        assert_eq!(patch.into_changes(), expected.into());
    }
}
