//! How the service is doing.

use std::collections::BTreeMap;

use cardium_topups::Network;
use schemars::JsonSchema;
use serde::Serialize;

/// How a part of the service is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Works.
    Ok,
    /// Works in part, or late.
    Degraded,
    /// Does not work.
    Down,
}

/// What kind of rails money moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rails {
    /// Chains and card network are simulated, in the live book too.
    Simulated,
    /// Chains and card network are real.
    Live,
}

/// How the service and its parts are doing.
#[derive(Debug, Clone)]
pub struct Health {
    /// The database.
    pub database: Standing,
    /// The card network's door.
    pub issuer: Standing,
    /// Each chain.
    pub chains: Vec<(Network, Standing)>,
    /// The binary's version.
    pub version: String,
    /// What the rails are.
    pub rails: Rails,
}

impl Health {
    /// The whole: down without the database, degraded when any other part ails.
    #[must_use]
    pub fn overall(&self) -> Standing {
        if self.database == Standing::Down {
            return Standing::Down;
        }
        let chains = self.chains.iter().map(|(_, standing)| *standing);
        let mut parts = chains.chain([self.database, self.issuer]);
        if parts.all(|part| part == Standing::Ok) { Standing::Ok } else { Standing::Degraded }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Components {
    db: Standing,
    issuer: Standing,
    #[schemars(with = "BTreeMap<String, Standing>")]
    chains: serde_json::Map<String, serde_json::Value>,
}

/// Health as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HealthOut<'a> {
    #[schemars(extend("const" = "health"))]
    object: &'static str,
    status: Standing,
    components: Components,
    rails: Rails,
    version: &'a str,
}

impl<'a> From<&'a Health> for HealthOut<'a> {
    fn from(health: &'a Health) -> Self {
        let chains = health
            .chains
            .iter()
            .map(|(network, standing)| (network.as_str().to_owned(), word(*standing).into()));
        Self {
            object: "health",
            status: health.overall(),
            components: Components {
                db: health.database,
                issuer: health.issuer,
                chains: chains.collect(),
            },
            rails: health.rails,
            version: &health.version,
        }
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Ok => "ok",
        Standing::Degraded => "degraded",
        Standing::Down => "down",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_part_decides() {
        let health = |database, chain| Health {
            database,
            issuer: Standing::Ok,
            chains: vec![(Network::Tron, chain)],
            version: "1".into(),
            rails: Rails::Simulated,
        };
        assert_eq!(health(Standing::Ok, Standing::Ok).overall(), Standing::Ok);
        assert_eq!(health(Standing::Ok, Standing::Down).overall(), Standing::Degraded);
        assert_eq!(health(Standing::Down, Standing::Ok).overall(), Standing::Down);
    }
}
