//! What a command is given besides its own fields.

use std::{net::IpAddr, sync::Arc};

use cardium_auth::{CredentialKind, Scope, grants::Reach};
use cardium_kernel::{AccountId, CredentialId, IdSource, RequestId, Timestamp};

use crate::Policy;

/// On whose behalf a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in: sign-up and sign-in.
    Public,
    /// A session or API key, re-read inside the transaction and held to this scope.
    Credential {
        /// Whom it speaks for.
        account: AccountId,
        /// Which credential.
        credential: CredentialId,
        /// Session or API key.
        kind: CredentialKind,
        /// What the operation needs; none where any valid credential will do.
        scope: Option<Scope>,
        /// Which cards the operation is about.
        reach: Reach,
    },
    /// The card network.
    Network,
    /// A worker of the programme itself.
    System,
}

impl Actor {
    /// The actor's word in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Credential { .. } => "credential",
            Self::Network => "network",
            Self::System => "system",
        }
    }

    /// The actor as the audit log and the events keep it: the credential's id, or the word.
    #[must_use]
    pub fn name(self) -> String {
        match self.credential() {
            Some(credential) => credential.to_string(),
            None => self.as_str().to_owned(),
        }
    }

    /// The credential, where one acts.
    #[must_use]
    pub const fn credential(self) -> Option<CredentialId> {
        match self {
            Self::Credential { credential, .. } => Some(credential),
            Self::Public | Self::Network | Self::System => None,
        }
    }
}

/// Where a request came from, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// The request's id, shown to the caller.
    pub id: RequestId,
    /// The peer's address.
    pub ip: String,
    /// The `User-Agent` header, cut to 200 characters.
    pub user_agent: String,
}

impl RequestInfo {
    /// The peer's address, where it is known.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.parse().ok()
    }
}

/// What a command is given besides its own fields: time, ids, actor, policy.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment the command was submitted.
    pub now: Timestamp,
    /// The command's ids: the same whenever it is rerun.
    pub ids: IdSource,
    /// On whose behalf it runs.
    pub actor: Actor,
    /// Where it came from; none for workers and the network.
    pub request: Option<RequestInfo>,
    /// Fees and caps.
    pub policy: Arc<Policy>,
}
