//! What production refuses to start on.

use crate::settings::{CardNetwork, Chains, Environment, Settings};

/// Settings that are safe on a developer's machine only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment = \"production\" refuses to start: {}", .0.join("; "))]
pub struct Refused(Vec<&'static str>);

/// Refuses, in production, everything that only development may do; names all of it at once.
///
/// # Errors
/// [`Refused`].
pub fn check(settings: &Settings) -> Result<(), Refused> {
    match settings.environment {
        Environment::Development => Ok(()),
        Environment::Production => refuse(production(settings)),
    }
}

fn production(settings: &Settings) -> Vec<&'static str> {
    let chains = match settings.rails.chains {
        Chains::Simulated => "rails.chains is simulated, so live money would be made from nothing",
    };
    let network = match settings.rails.card_network {
        CardNetwork::Simulated => {
            "rails.card_network is simulated, so live cards would pay for nothing"
        }
    };
    vec![chains, network, "HTTP would be served without TLS, which this version has none of"]
}

fn refuse(reasons: Vec<&'static str>) -> Result<(), Refused> {
    if reasons.is_empty() { Ok(()) } else { Err(Refused(reasons)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Overrides, load};

    #[test]
    fn production_refuses_simulated_rails() {
        let mut settings = load(&Overrides::default()).unwrap();
        assert_eq!(check(&settings), Ok(()));
        settings.environment = Environment::Production;
        let message = check(&settings).unwrap_err().to_string();
        assert!(message.contains("rails.chains is simulated"), "{message}");
        assert!(message.contains("rails.card_network is simulated"), "{message}");
    }
}
