//! `cardium listen`: events of an account, forwarded to a receiver as webhooks would come.
//!
//! It reads the event stream as any client does, so it needs neither the server's files nor a
//! public address for the receiver. Invariants: events go out in order, one at a time; a server
//! that is away is asked again until it is back, from where the stream was; the API key is never
//! printed. Deliberately absent: retries of a receiver, which is being worked on and is told the
//! next event anyway.

mod api;
mod forward;

use std::{
    fmt::Display,
    io::{self, Write},
    time::{Duration, Instant},
};

use cardium_app::Entropy;
use cardium_vault::SecretText;
use cardium_webhooks::SigningSecret;
use reqwest::{Client, ClientBuilder, redirect};

use crate::{cli::Listen, clock::SystemClock, entropy::SystemEntropy, serve::Signals};

use api::{Api, Stretch, Trouble};
use cardium_kernel::Clock;
use forward::Forwarder;

/// The pause before a server that is away is asked again; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest such pause, but for one that the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Why nothing is forwarded.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Nobody said whose events.
    #[error("an API key with the scope webhook:read is needed: --api-key or CARDIUM_API_KEY")]
    NoKey,
    /// An address is none.
    #[error("{0} needs an http or https URL")]
    Url(&'static str),
    /// The server answered that it will not.
    #[error("the server refuses: {0}")]
    Refused(String),
    /// An HTTP client cannot be set up.
    #[error("cannot set up an HTTP client")]
    Client(#[from] reqwest::Error),
    /// Signals cannot be caught, or the output is closed.
    #[error("input or output failed")]
    Io(#[from] io::Error),
}

/// Forwards events until somebody stops it.
///
/// # Errors
/// [`ListenError`].
pub async fn run(options: Listen, out: &mut (dyn Write + Send)) -> Result<(), ListenError> {
    let mut signals = Signals::catch()?;
    let mut listener = Listener::new(&options, out)?;
    tokio::select! {
        ended = listener.listen() => ended,
        _ = signals.next() => listener.conclude(),
    }
}

/// An answer that comes sooner did not wait for an event: the server has no place for another
/// waiter.
const AT_ONCE: Duration = Duration::from_secs(1);

struct Listener<'a> {
    api: Api,
    forwarder: Forwarder,
    /// The number of the last event that was forwarded; none before the first answer.
    after: Option<i64>,
    pause: Duration,
    out: &'a mut (dyn Write + Send),
}

impl<'a> Listener<'a> {
    fn new(options: &Listen, out: &'a mut (dyn Write + Send)) -> Result<Self, ListenError> {
        let key = options.api_key.clone().ok_or(ListenError::NoKey)?;
        let secret = match &options.secret {
            Some(secret) => SigningSecret::restore(secret.expose().to_owned()),
            None => made_secret(out)?,
        };
        let api = Api::new(&options.api_url, key, options.events.as_deref())?;
        let forwarder = Forwarder::new(&options.forward_to, secret)?;
        Ok(Self { api, forwarder, after: options.after_seq, pause: FIRST_PAUSE, out })
    }

    async fn listen(&mut self) -> Result<(), ListenError> {
        if self.api.is_overheard() {
            self.say(&"mind: the key goes to the server in plain text; use https")?;
        }
        loop {
            let asked = Instant::now();
            match self.api.read(self.after).await {
                Ok(stretch) if stretch.is_empty() && asked.elapsed() < AT_ONCE => {
                    self.take(stretch).await?;
                    self.rest().await;
                }
                Ok(stretch) => {
                    self.take(stretch).await?;
                    self.pause = FIRST_PAUSE;
                }
                Err(Trouble::Refused(why)) => return Err(ListenError::Refused(why)),
                Err(Trouble::Away(why, asked)) => self.wait(&why, asked).await?,
            }
        }
    }

    async fn take(&mut self, stretch: Stretch) -> Result<(), ListenError> {
        if self.after.is_none() {
            self.after = Some(stretch.last_seq);
            let last = stretch.last_seq;
            return self.say(&format_args!("listening for events after account_seq {last}"));
        }
        for event in &stretch.data {
            let (line, seq) = self.forwarder.forward(event).await;
            self.say(&line)?;
            self.after = seq.or(self.after);
        }
        self.after = Some(stretch.next_after_seq);
        Ok(())
    }

    async fn wait(&mut self, why: &str, asked: Option<Duration>) -> Result<(), ListenError> {
        let pause = asked.unwrap_or(self.pause);
        let seconds = pause.as_secs_f32();
        self.say(&format_args!("the server is away, trying again in {seconds} s: {why}"))?;
        tokio::time::sleep(pause.saturating_sub(self.pause)).await;
        self.rest().await;
        Ok(())
    }

    /// Pauses, longer every time.
    async fn rest(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
    }

    fn conclude(&mut self) -> Result<(), ListenError> {
        match self.after {
            Some(seq) => self.say(&format_args!("stopped; --after-seq {seq} goes on from here")),
            None => self.say(&"stopped"),
        }
    }

    fn say(&mut self, what: &dyn Display) -> Result<(), ListenError> {
        writeln!(self.out, "{} {}", SystemClock.now(), tame(&what.to_string()))?;
        Ok(self.out.flush()?)
    }
}

/// A stranger's words without characters that a terminal obeys.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A signing secret of this run's own, shown for the receiver.
fn made_secret(out: &mut (dyn Write + Send)) -> Result<SigningSecret, ListenError> {
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random);
    let secret = SigningSecret::new(&random);
    writeln!(out, "signing with {}", secret.expose())?;
    Ok(secret)
}

/// A client without redirects, proxies or cookies. A machine without CA certificates can still
/// reach itself.
fn client(timeout: Duration) -> Result<Client, reqwest::Error> {
    let builder = || -> ClientBuilder {
        let agent = concat!("Cardium/", env!("CARGO_PKG_VERSION"));
        let builder = Client::builder().user_agent(agent).timeout(timeout);
        builder.redirect(redirect::Policy::none()).no_proxy().referer(false)
    };
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}

fn url(text: &str, flag: &'static str) -> Result<reqwest::Url, ListenError> {
    let url = reqwest::Url::parse(text).ok();
    url.filter(|url| ["http", "https"].contains(&url.scheme())).ok_or(ListenError::Url(flag))
}

/// A key as the command line takes it: no error or help text shows it.
pub(crate) fn secret(text: &str) -> Result<SecretText, std::convert::Infallible> {
    Ok(SecretText::from(text.trim().to_owned()))
}
