use std::{net::IpAddr, ops::RangeInclusive, time::Duration};

use cardium_authorizations::HookAnswer;
use cardium_vault::SecretText;
use reqwest::Url;
use serde::Deserialize;

use super::{Environment, SettingsError, sections::secret};

/// Above five seconds the card network has given up; below a tenth no answer can be back.
const TIMEOUTS_MS: RangeInclusive<u64> = 100..=5_000;
/// Anybody could guess a shorter key (RFC 2104, section 3, advises no less than the digest's half).
const SECRET_LENGTH_MIN: usize = 16;

/// The operator's say in decisions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionHook {
    /// Where it is asked; empty for nowhere.
    pub url: String,
    /// What questions are signed with.
    #[serde(deserialize_with = "secret")]
    pub secret: SecretText,
    /// How long an answer may take.
    pub timeout_ms: u64,
    /// What holds without an answer.
    pub stand_in: StandInRule,
    /// Questions on the way at once.
    pub max_at_once: usize,
}

/// What holds where the endpoint did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandInRule {
    /// As if it had approved.
    Approve,
    /// A decline (DE 39 = 91).
    Decline,
    /// As if there were no endpoint.
    RulesOnly,
}

impl StandInRule {
    /// What the decision takes for the endpoint's answer.
    #[must_use]
    pub const fn answer(self) -> HookAnswer {
        match self {
            Self::Approve => HookAnswer::Approved,
            Self::Decline => HookAnswer::Unavailable,
            Self::RulesOnly => HookAnswer::NotAsked,
        }
    }
}

impl DecisionHook {
    /// Whether there is an endpoint.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.url.is_empty()
    }

    /// How long an answer may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// Refuses what cannot work or would not be safe.
    pub(super) fn check(&self, environment: Environment) -> Result<(), SettingsError> {
        let safe = !self.is_on() || is_safe(&self.url, environment);
        let secret = !self.is_on() || self.secret.expose().len() >= SECRET_LENGTH_MIN;
        let rules = [
            (
                safe,
                "decision_hook.url",
                "must be an https URL, or in development http on this machine",
            ),
            (secret, "decision_hook.secret", "must have at least 16 characters"),
            (
                TIMEOUTS_MS.contains(&self.timeout_ms),
                "decision_hook.timeout_ms",
                "must be 100 to 5000",
            ),
            (self.max_at_once > 0, "decision_hook.max_at_once", "must be at least 1"),
        ];
        let broken = rules.into_iter().find(|(holds, _, _)| !holds);
        broken.map_or(Ok(()), |(_, key, problem)| Err(SettingsError::Value { key, problem }))
    }
}

/// The operator chose the address, so it may be in a private network; but what cards are used for
/// does not travel in the clear.
fn is_safe(url: &str, environment: Environment) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let Some(host) = url.host_str() else { return false };
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => true,
        "http" => loopback && environment == Environment::Development,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_in_the_clear() {
        use Environment::{Development, Production};
        for (url, environment, safe) in [
            ("https://decide.example.com/v1", Production, true),
            ("https://10.0.0.7:8443/", Production, true),
            ("http://127.0.0.1:9/hook", Development, true),
            ("http://[::1]:9/hook", Development, true),
            ("http://localhost/", Development, true),
            ("http://127.0.0.1:9/hook", Production, false),
            ("http://decide.example.com/", Development, false),
            ("http://127.0.0.1.example.com/", Development, false),
            ("https://user:password@decide.example.com/", Production, false),
            ("ftp://127.0.0.1/", Development, false),
            ("decide.example.com", Development, false),
        ] {
            assert_eq!(is_safe(url, environment), safe, "{url}");
        }
    }

    #[test]
    fn each_rule_stands_for_an_answer() {
        assert_eq!(StandInRule::Approve.answer(), HookAnswer::Approved);
        assert_eq!(StandInRule::Decline.answer(), HookAnswer::Unavailable);
        assert_eq!(StandInRule::RulesOnly.answer(), HookAnswer::NotAsked);
    }
}
