//! `cardium announce`: leaves word for every account; the processes that serve spread it.

use std::io::{self, Write};

use cardium_app::{
    Entropy,
    announcements::{Announcement, AnnouncementError, AnnouncementKind, AnnouncementRecord},
};
use cardium_kernel::{AnnouncementId, Clock, IdSource};
use cardium_store::OpenError;

use crate::{
    cli::Announce, clock::SystemClock, entropy::SystemEntropy, serve::url, settings::Settings,
};

/// Why nothing was announced.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// Nobody can announce that.
    #[error(transparent)]
    Unfit(#[from] AnnouncementError),
    /// The command line lets no other word through.
    #[error("there is nothing to announce but maintenance and deprecation")]
    Kind,
    /// The database does not take it.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// What was done cannot be printed.
    #[error("announced, but cannot print")]
    Print(#[from] io::Error),
}

/// Leaves the announcement; prints its id and how many accounts it goes to.
///
/// # Errors
/// [`AnnounceError`].
pub fn run(
    settings: &Settings,
    options: Announce,
    out: &mut impl Write,
) -> Result<(), AnnounceError> {
    let announcement = announcement(options)?;
    let id = announcement.id;
    let accounts = cardium_store::announce(url(settings).expose(), announcement)?;
    writeln!(out, "{id} goes to {accounts} accounts, as soon as a process serves.")?;
    Ok(())
}

fn announcement(options: Announce) -> Result<Announcement, AnnounceError> {
    let mut random = [0; 16];
    SystemEntropy.fill(&mut random);
    let now = SystemClock.now();
    Ok(Announcement::try_new(AnnouncementRecord {
        id: AnnouncementId::new(IdSource::new(now, random).mint()),
        kind: AnnouncementKind::parse(&options.kind).ok_or(AnnounceError::Kind)?,
        message: options.message,
        starts_at: options.starts_at,
        ends_at: options.ends_at,
        sunset_at: options.sunset_at,
        url: options.url,
        created_at: now,
    })?)
}
