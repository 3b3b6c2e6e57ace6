//! `cardium demo`: a card programme's day, played against a server of its own.
//!
//! The server runs in this process, on free ports and in a directory that is removed afterwards;
//! everything else happens as a customer and a card network would do it, over real sockets. Each
//! step checks what came back; the first that is not as it should be ends the tour.

mod api;
mod books;
mod card_network;
mod cards;
mod check;
mod events;
mod payments;
mod receiver;
mod report;
mod treasury;
mod withdrawals;

use std::io::{self, Write};

use cardium_iso8583::{FieldError, frame::FrameError};
use cardium_network::simulate::SimulateError;

use crate::{
    beside::BesideError,
    scratch::Scratch,
    serve::{Options, Running, StartError},
    settings::{
        Bitmap, Environment, Header, Iso8583, Numerics, Overrides, Settings, SettingsError, load,
    },
};

use api::Api;
use receiver::Receiver;
use report::Report;

/// Why the tour ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Something is not as it should be.
    #[error("{what}: expected {expected}, got {got}")]
    Differs {
        /// What was looked at.
        what: String,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// Something did not happen in time.
    #[error("{0} did not come in time")]
    Late(String),
    /// The server did not start.
    #[error("the server did not start")]
    Start(#[from] StartError),
    /// The settings do not read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A socket or file failed.
    #[error("input or output failed")]
    Io(#[from] io::Error),
    /// An HTTP exchange failed.
    #[error("an HTTP exchange failed")]
    Http(#[from] reqwest::Error),
    /// A message of the card network cannot be built.
    #[error("a message of the card network cannot be built")]
    Message(#[from] SimulateError),
    /// A field of such a message cannot be built.
    #[error("a message of the card network cannot be built")]
    Field(#[from] FieldError),
    /// The issuer's bytes cannot be split into messages.
    #[error("the issuer's bytes cannot be split into messages")]
    Frame(#[from] FrameError),
    /// The check of the books could not run.
    #[error("the books could not be checked")]
    Verify(#[from] BesideError),
}

/// What the steps share.
struct Tour<'a> {
    report: Report<'a>,
    api: Api,
    receiver: Receiver,
    secret: String,
}

/// Plays the tour and prints each step to `out`.
///
/// # Errors
/// [`DemoError`] of the first step that is not as it should be.
pub async fn run(overrides: Overrides, out: &mut (dyn Write + Send)) -> Result<(), DemoError> {
    let scratch = Scratch::create()?;
    let settings = settings(overrides, &scratch)?;
    let mut report = Report::new(out);
    let started = start(settings.clone());
    let running = report.step("Start a server on free ports", started).await?;
    let addresses = running.addresses();
    let iso8583 = addresses.iso8583;
    let iso8583 = iso8583.ok_or_else(|| check::differs("ISO 8583", "a listener", &"none"))?;
    let mut tour = Tour {
        report,
        api: Api::new(addresses.http)?,
        receiver: Receiver::start().await?,
        secret: String::new(),
    };
    let told = tell(&mut tour, iso8583).await;
    running.stop().await;
    told?;
    tour.check_books(&settings).await?;
    tour.report.conclude()?;
    Ok(())
}

async fn tell(tour: &mut Tour<'_>, iso8583: std::net::SocketAddr) -> Result<(), DemoError> {
    tour.open_account().await?;
    tour.fund_treasury().await?;
    let card = tour.fund_card().await?;
    let details = tour.reveal(&card).await?;
    tour.pay(iso8583, &card, &details).await?;
    tour.check_transactions().await?;
    tour.withdraw().await?;
    tour.check_events().await
}

/// The default settings on free ports, whatever the environment of the demo's user says.
fn settings(overrides: Overrides, scratch: &Scratch) -> Result<Settings, DemoError> {
    let any_port = || Some("127.0.0.1:0".to_owned());
    let mut settings = load(&Overrides {
        bind: any_port(),
        iso8583_bind: any_port(),
        data_dir: Some(scratch.path().to_owned()),
        ..overrides
    })?;
    settings.environment = Environment::Development;
    speak_plainly(&mut settings.iso8583);
    settings.server.tls_certificate = None;
    settings.server.tls_key = None;
    settings.rate_limits.enabled = false;
    settings.webhooks.enabled = true;
    settings.webhooks.allow_loopback = true;
    settings.test_helpers.enabled = true;
    Ok(settings)
}

/// The demo's acquirer knows the default wire format, and connects from this machine.
fn speak_plainly(network: &mut Iso8583) {
    network.enabled = true;
    network.bitmap = Bitmap::Binary;
    network.numerics = Numerics::Ascii;
    network.header = Header::TwoByte;
    network.tpdu = false;
    network.peers.clear();
    network.tls_certificate = None;
}

async fn start(settings: Settings) -> report::Step<Running> {
    let running = Running::start(settings, Options::default()).await?;
    let addresses = running.addresses();
    let note = format!("http://{}", addresses.http);
    Ok((running, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_tour_goes_as_it_should() {
        let mut printed = Vec::new();
        let outcome = run(Overrides::default(), &mut printed).await;
        let printed = String::from_utf8(printed).unwrap();
        assert!(outcome.is_ok(), "{outcome:?}\n{printed}");
        assert!(printed.contains("Check the books"), "{printed}");
    }
}
