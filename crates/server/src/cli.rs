//! The command line.

use std::path::PathBuf;

use cardium_kernel::Timestamp;
use clap::{Args, Parser, Subcommand};

use cardium_vault::SecretText;

use crate::{listen::secret, settings::Overrides};

/// The backend of a card programme
#[derive(Debug, Parser)]
#[command(name = "cardium", version)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What serving takes; serving is what happens when no command is named.
    #[command(flatten)]
    pub serve: Serve,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// A settings file; config/default.toml documents its keys
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where the SQLite file and the keys lie [default: ./data]
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// postgres://.. or the path of an SQLite file [default: cardium.db in the data directory]
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
}

/// What serving takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Serve {
    /// Address of the HTTP listener [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<String>,
    /// Address of the ISO 8583 listener [default: 127.0.0.1:8583]
    #[arg(long, value_name = "ADDRESS")]
    pub iso8583_bind: Option<String>,
    /// Let POST /v1/test/clock move the time; for tests only
    #[arg(long)]
    pub test_clock: bool,
    /// Write the bound addresses to this file as JSON once requests are taken
    #[arg(long, value_name = "FILE", hide = true)]
    pub ready_file: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the API and the card network (the default)
    Serve(Serve),
    /// Bring the database's schema up to date
    Migrate,
    /// Check the books, the outbox and the audit chains
    Verify,
    /// Print the OpenAPI document of /v1
    Openapi(Openapi),
    /// Tell every account of maintenance or of a deprecation
    ///
    /// Accounts are told by the processes that serve: at once where one runs, else when one
    /// starts. Whoever signs up later is not told.
    Announce(Announce),
    /// Let the keys that sign access tokens take turns now
    ///
    /// They do so by themselves every 90 days. Tokens that were made stay valid, unless keys are
    /// compromised. It may run beside processes that serve.
    RotateOauthKeys(RotateOauthKeys),
    /// Enter an OAuth client that you know
    ///
    /// Prints its id and, once, its secret. Owners are shown its name as yours. It may run beside
    /// processes that serve.
    RegisterClient(RegisterClient),
    /// List the OAuth clients that you entered
    Clients,
    /// Remove an OAuth client, whoever entered it; what owners gave it ends
    RemoveClient(RemoveClient),
    /// Play a card programme's day against a server of its own, over real sockets
    ///
    /// The server has a directory of its own, which is removed at the end. A database named with
    /// --database-url must be empty, and keeps what the demo made.
    Demo,
    /// Forward an account's events to a receiver, such as one on this machine
    ///
    /// The events come through the API and are signed anew, so that the receiver sees what webhooks
    /// would bring it. Ctrl-C ends it.
    Listen(Listen),
}

/// What forwarding takes.
#[derive(Debug, Clone, Args)]
pub struct Listen {
    /// Where events go
    #[arg(long, value_name = "URL")]
    pub forward_to: String,
    /// Where the API is reached
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub api_url: String,
    /// An API key of the account, with the scope webhook:read
    #[arg(long, value_name = "KEY", env = "CARDIUM_API_KEY", hide_env_values = true)]
    #[arg(value_parser = secret)]
    pub api_key: Option<SecretText>,
    /// Begin after this account_seq [default: with what happens from now on]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub after_seq: Option<i64>,
    /// Only these events, in a comma list [default: all]
    #[arg(long, value_name = "EVENTS")]
    pub events: Option<String>,
    /// What events are signed with [default: one made now, and shown]
    #[arg(long, value_name = "SECRET", env = "CARDIUM_LISTEN_SECRET", hide_env_values = true)]
    #[arg(value_parser = secret)]
    pub secret: Option<SecretText>,
}

/// What printing the document takes.
#[derive(Debug, Clone, Args)]
pub struct Openapi {
    /// Where the API is reached
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/v1")]
    pub server: String,
}

/// What announcing takes.
#[derive(Debug, Clone, Args)]
pub struct Announce {
    /// What is announced
    #[arg(value_parser = ["maintenance", "deprecation"])]
    pub kind: String,
    /// What customers read, 1 to 500 characters
    #[arg(long, value_name = "TEXT")]
    pub message: String,
    /// When maintenance begins, as in 2026-12-01T02:00:00Z
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub starts_at: Option<Timestamp>,
    /// When maintenance ends
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub ends_at: Option<Timestamp>,
    /// When what is deprecated is gone
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub sunset_at: Option<Timestamp>,
    /// Where more is said of it, an https:// address
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// What letting keys take turns takes.
#[derive(Debug, Clone, Copy, Args)]
pub struct RotateOauthKeys {
    /// A key may be known to others: drop all of them, and every access token with them
    #[arg(long)]
    pub compromised: bool,
}

/// What entering a client takes.
#[derive(Debug, Clone, Args)]
pub struct RegisterClient {
    /// What owners are shown, 1 to 100 characters
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// Where it is answered, an https:// address or one of this machine; up to 5 times
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    pub redirect_uris: Vec<String>,
    /// The most that it may ask for, in words with blanks between [default: anything]
    #[arg(long, value_name = "WORDS")]
    pub scope: Option<String>,
    /// It cannot keep a secret, as programs on their users' machines, and gets none
    #[arg(long)]
    pub public: bool,
}

/// What removing a client takes.
#[derive(Debug, Clone, Args)]
pub struct RemoveClient {
    /// The client's id
    #[arg(value_name = "ID")]
    pub id: String,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let example = "2026-12-01T02:00:00Z";
    Timestamp::parse_rfc3339(text).map_err(|_| format!("a moment is written as in {example}"))
}

/// A command line that names flags of serving beside another command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("--bind, --iso8583-bind and --test-clock belong to `cardium serve`")]
pub struct StrayFlags;

impl Cli {
    /// The command, with what serving takes gathered from before and after the word `serve`.
    ///
    /// # Errors
    /// [`StrayFlags`].
    pub fn command(&self) -> Result<Command, StrayFlags> {
        match self.command.clone() {
            None => Ok(Command::Serve(self.serve.clone())),
            Some(Command::Serve(after)) => Ok(Command::Serve(self.serve.clone().or(after))),
            Some(_) if self.serve != Serve::default() => Err(StrayFlags),
            Some(other) => Ok(other),
        }
    }

    /// What the flags say about settings.
    #[must_use]
    pub fn overrides(&self, serve: &Serve) -> Overrides {
        Overrides {
            file: self.common.config.clone(),
            bind: serve.bind.clone(),
            iso8583_bind: serve.iso8583_bind.clone(),
            data_dir: self.common.data_dir.clone(),
            database_url: self.common.database_url.clone(),
        }
    }
}

impl Serve {
    fn or(self, after: Self) -> Self {
        Self {
            bind: after.bind.or(self.bind),
            iso8583_bind: after.iso8583_bind.or(self.iso8583_bind),
            test_clock: after.test_clock || self.test_clock,
            ready_file: after.ready_file.or(self.ready_file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Result<Command, StrayFlags> {
        Cli::try_parse_from(line.split(' ')).unwrap().command()
    }

    #[test]
    fn the_definition_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn serving_needs_no_word() {
        for line in [
            "cardium --bind 127.0.0.1:1 --test-clock",
            "cardium serve --bind 127.0.0.1:1 --test-clock",
            "cardium --bind 127.0.0.1:9 serve --bind 127.0.0.1:1 --test-clock",
        ] {
            let Ok(Command::Serve(serve)) = command(line) else {
                panic!("{line}");
            };
            assert_eq!(serve.bind.as_deref(), Some("127.0.0.1:1"), "{line}");
            assert!(serve.test_clock, "{line}");
        }
    }

    #[test]
    fn flags_of_serving_belong_to_serving() {
        assert!(matches!(command("cardium verify"), Ok(Command::Verify)));
        assert_eq!(command("cardium --test-clock verify").err(), Some(StrayFlags));
        let elsewhere = "cardium verify --data-dir elsewhere";
        assert!(matches!(command(elsewhere), Ok(Command::Verify)));
    }
}
