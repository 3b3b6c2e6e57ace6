//! `cardium register-client`, `clients` and `remove-client`: OAuth clients that the operator knows.
//!
//! Invariants: what is entered keeps to the rules of those that register themselves, and is written
//! by a command that leaves a row in the programme's audit log. Deliberately absent: changing a
//! client, since owners agreed to what it was.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use cardium_app::{
    Actor, CommandError, Edge, Lane, UseCase,
    oauth::{ENDED_AT_ONCE, EnterClient, OPERATOR_CLIENTS, RemoveClient},
    perform,
    reads::ReadError,
};
use cardium_auth::oauth::{
    AuthMethod, Client, ClientDetails, ClientKind, ClientMetadata, ClientRules, NewClient,
    OAuthError, OAuthErrorCode, RedirectUri, ScopeRequest, SecretKind,
};
use cardium_kernel::ErrorCode;
use cardium_store::Store;
use cardium_vault::{Keys, keyed_hash};

use crate::{
    cli::RegisterClient,
    clock::SystemClock,
    entropy::SystemEntropy,
    serve::{StorageError, open_beside},
    settings::{Settings, SettingsError},
};

/// How long a command may wait for the process that serves.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is done with clients.
pub enum Operation {
    /// One is entered.
    Register(RegisterClient),
    /// Those that were entered are listed.
    List,
    /// One is removed.
    Remove(String),
}

/// Why it is not done.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// A flag names what no client may have.
    #[error("{flag}: {}", .error.description)]
    Flag {
        /// Which flag.
        flag: String,
        /// What is wrong with it.
        error: OAuthError,
    },
    /// There is no such client.
    #[error("there is no client {0}")]
    Unknown(String),
    /// A setting cannot work.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database or its keys cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The database does not take it.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The database does not tell.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was done cannot be printed.
    #[error("done, but that cannot be printed")]
    Print(#[from] io::Error),
}

/// Does it, and prints what came of it.
///
/// # Errors
/// [`ClientsError`].
pub async fn run(
    settings: &Settings,
    operation: Operation,
    out: &mut impl Write,
) -> Result<(), ClientsError> {
    match operation {
        Operation::Register(options) => {
            let details = details(&options, &settings.oauth.rules())?;
            Operator::open(settings)?.register(details, out).await
        }
        Operation::List => Operator::open(settings)?.list(out),
        Operation::Remove(id) => Operator::open(settings)?.remove(id, out).await,
    }
}

/// The flags, by the rules of a registration.
fn details(options: &RegisterClient, rules: &ClientRules) -> Result<ClientDetails, ClientsError> {
    let refuse = |flag: String| move |error| ClientsError::Flag { flag, error };
    for uri in &options.redirect_uris {
        let read = RedirectUri::parse(uri, &rules.schemes);
        read.map_err(refuse(format!("--redirect-uri {uri}")))?;
    }
    if let Some(scope) = &options.scope {
        ScopeRequest::parse(scope).map_err(refuse("--scope".to_owned()))?;
    }
    let method = if options.public { AuthMethod::None } else { AuthMethod::Basic };
    let metadata = ClientMetadata {
        client_name: Some(options.name.clone()),
        redirect_uris: options.redirect_uris.clone(),
        token_endpoint_auth_method: Some(method.as_str().to_owned()),
        scope: options.scope.clone(),
        ..ClientMetadata::default()
    };
    ClientDetails::try_new(metadata, rules).map_err(|error| {
        let flag = if error.code == OAuthErrorCode::InvalidRedirectUri {
            "--redirect-uri"
        } else {
            "--name"
        };
        ClientsError::Flag { flag: flag.to_owned(), error }
    })
}

/// The write path, beside the processes that serve.
struct Operator {
    store: Store,
    keys: Keys,
    edge: Edge,
}

impl Operator {
    fn open(settings: &Settings) -> Result<Self, ClientsError> {
        let policy = Arc::new(settings.policy()?);
        let (store, keys) = open_beside(settings, &SystemEntropy)?;
        let edge = Edge { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy), policy };
        Ok(Self { store, keys, edge })
    }

    async fn perform<U: UseCase>(&self, use_case: U) -> Result<U::Output, CommandError> {
        let context = self.edge.context(Actor::System, None);
        perform(&*self.store.database(), (Lane::Api, PATIENCE), context, use_case).await
    }

    async fn register(
        &self,
        details: ClientDetails,
        out: &mut impl Write,
    ) -> Result<(), ClientsError> {
        let kind = SecretKind::ClientSecret;
        let secret = (details.method() != AuthMethod::None).then(|| kind.text(&self.edge.random()));
        let hash = |text: &String| keyed_hash(self.keys.hash(), kind.domain(), text.as_bytes());
        let new = NewClient {
            id: Client::id_of(&self.edge.random()),
            kind: ClientKind::Operator,
            details,
            secret: secret.as_ref().map(hash),
            registration: None,
            fresh_until: None,
        };
        let client = Client::register(new, self.edge.clock.now());
        self.perform(EnterClient { client: client.clone() }).await?;
        writeln!(out, "client_id {}", client.id)?;
        if let Some(secret) = secret {
            writeln!(out, "client_secret {secret}")?;
        }
        Ok(())
    }

    /// A line a client, its parts apart by tabs.
    fn list(&self, out: &mut impl Write) -> Result<(), ClientsError> {
        for client in self.store.reads().operator_clients(OPERATOR_CLIENTS)? {
            let uris = client.details.metadata().redirect_uris.join(" ");
            let used = client.used_at.map_or_else(|| "never used".to_owned(), |at| at.to_string());
            let (id, method) = (&client.id, client.details.method().as_str());
            writeln!(out, "{id}\t{method}\t{used}\t{}\t{uris}", client.name())?;
        }
        Ok(())
    }

    async fn remove(&self, id: String, out: &mut impl Write) -> Result<(), ClientsError> {
        let grants = self.store.reads().open_grants_of(&id, ENDED_AT_ONCE)?;
        let removed = self.perform(RemoveClient { id: id.clone(), grants }).await;
        removed.map_err(|error| match error {
            CommandError::Problem(problem) if problem.code == ErrorCode::ResourceNotFound => {
                ClientsError::Unknown(id.clone())
            }
            other => other.into(),
        })?;
        writeln!(out, "{id} is removed.")?;
        Ok(())
    }
}
