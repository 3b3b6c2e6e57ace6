//! How a webhook endpoint's signing secret is replaced.

use std::time::Duration;

use cardium_kernel::{Problem, Timestamp};
use cardium_webhooks::{OVERLAP_DEFAULT, OVERLAP_MAXIMUM};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    field::{invalid, whole},
    text::Text,
};

const HOUR: u64 = 3_600;

/// How a secret is rotated.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct RotateSecretIn {
    /// How long the present secret keeps signing while the new one does so beside it; a day unless
    /// said. With 0 the new one takes over at once.
    #[schemars(with = "Option<u32>", range(max = 168))]
    overlap_hours: Option<Value>,
}

impl RotateSecretIn {
    /// How long both secrets sign.
    ///
    /// # Errors
    /// `invalid_field`.
    pub fn overlap(&self) -> Result<Duration, Problem> {
        let Some(value) = &self.overlap_hours else {
            return Ok(OVERLAP_DEFAULT);
        };
        let hours = whole(value).and_then(|hours| u64::try_from(hours).ok());
        let overlap = hours.and_then(|hours| hours.checked_mul(HOUR)).map(Duration::from_secs);
        let fits = overlap.filter(|overlap| *overlap <= OVERLAP_MAXIMUM);
        fits.ok_or_else(|| invalid("overlap_hours", "must be a whole number from 0 to 168"))
    }
}

/// A rotation that is under way.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretRotationOut {
    takes_over_at: Text<Timestamp>,
}

impl From<Timestamp> for SecretRotationOut {
    fn from(takes_over_at: Timestamp) -> Self {
        Self { takes_over_at: Text(takes_over_at) }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;

    fn read(json: &str) -> Result<Duration, Problem> {
        crate::body::Body::parse(json.as_bytes())?.read::<RotateSecretIn>()?.overlap()
    }

    #[test]
    fn an_overlap_is_given_in_whole_hours_of_a_week() {
        for (json, hours) in [
            ("{}", 24),
            (r#"{"overlap_hours":null}"#, 24),
            (r#"{"overlap_hours":0}"#, 0),
            (r#"{"overlap_hours":168.0}"#, 168),
        ] {
            assert_eq!(read(json), Ok(Duration::from_secs(hours * HOUR)), "{json}");
        }
        for wrong in ["-1", "169", "0.5", "\"1\"", "9e18", "true"] {
            let problem = read(&format!(r#"{{"overlap_hours":{wrong}}}"#)).unwrap_err();
            assert_eq!(problem.code, ErrorCode::InvalidField, "{wrong}");
            assert_eq!(problem.param.as_deref(), Some("overlap_hours"), "{wrong}");
        }
    }
}
