//! What production refuses to start on.

use super::Options;
use crate::settings::{CardNetwork, Chains, Environment, Settings};

/// Settings that are safe on a developer's machine only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment = \"production\" refuses to start: {}", .0.join("; "))]
pub struct Refused(Vec<&'static str>);

/// Refuses, in production, what only development may do; names all of it at once. For now that
/// is every start: no rail is real yet.
///
/// # Errors
/// [`Refused`].
pub fn check(settings: &Settings, options: &Options) -> Result<(), Refused> {
    match settings.environment {
        Environment::Development => Ok(()),
        Environment::Production => Err(Refused(reasons(settings, options))),
    }
}

fn reasons(settings: &Settings, options: &Options) -> Vec<&'static str> {
    let chains = match settings.rails.chains {
        Chains::Simulated => "rails.chains is simulated, so live money would be made from nothing",
    };
    let network = match settings.rails.card_network {
        CardNetwork::Simulated => {
            "rails.card_network is simulated, so live cards would pay for nothing"
        }
    };
    let mut reasons = vec![chains, network];
    if !settings.server.has_https() {
        reasons.push(
            "no request could come over TLS: set server.tls_certificate and server.tls_key, or \
             server.trusted_proxies where a proxy ends it",
        );
    }
    if !settings.server.has_public_url() {
        reasons.push("server.public_url is not the https URL that clients reach this service at");
    }
    if options.test_clock {
        reasons.push("--test-clock lets anybody move the time");
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Overrides, load};

    #[test]
    fn production_refuses_simulated_rails() {
        let mut settings = load(&Overrides::default()).unwrap();
        let options = Options { test_clock: true, ..Options::default() };
        assert_eq!(check(&settings, &options), Ok(()));
        settings.environment = Environment::Production;
        let message = check(&settings, &options).unwrap_err().to_string();
        for reason in ["rails.chains", "rails.card_network", "TLS", "public_url", "--test-clock"] {
            assert!(message.contains(reason), "{message}");
        }
        settings.server.public_url = Some("https://cards.example.com".parse().unwrap());
        settings.server.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let message = check(&settings, &options).unwrap_err().to_string();
        assert!(!message.contains("TLS") && !message.contains("public_url"), "{message}");
        assert!(message.contains("rails.chains"), "{message}");
    }
}
