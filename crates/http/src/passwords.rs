//! Password hashing: slow on purpose, so bounded in how much of it runs and waits.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use cardium_accounts::{Password, PasswordHash};
use cardium_app::{CommandError, Edge};
use cardium_kernel::{ErrorCode, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{HttpSettings, block::block};

/// Bytes of a salt (RFC 9106, section 3.1).
const SALT: usize = 16;

/// A place of the room, with that among those who do not sign in.
type Seat = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

/// What a password is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing in.
    SignIn,
    /// All else.
    Other,
}

pub struct Passwords {
    engine: Argon2<'static>,
    /// Everybody who may be here: at work or waiting.
    room: Arc<Semaphore>,
    /// Those of them who do not sign in. One place is kept from them, so that they cannot lock
    /// everybody else out.
    others: Arc<Semaphore>,
    /// Those at work.
    desks: Arc<Semaphore>,
    /// What a password is checked against where there is no account, so that the answer takes
    /// as long.
    stand_in: PasswordHash,
}

impl Passwords {
    /// # Panics
    /// When the cost is none that Argon2 knows.
    pub fn new(settings: &HttpSettings, edge: &Edge) -> Self {
        let cost = settings.password_cost;
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .expect("settings hold a cost that Argon2 knows");
        let engine = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let password = Password::candidate("");
        let stand_in = hash(&engine, &password, &edge.random())
            .expect("a cost that was accepted hashes any password");
        let desks = settings.password_concurrency.max(1);
        let (room, others) = rooms(desks + settings.password_waiting);
        Self { engine, room, others, desks: Arc::new(Semaphore::new(desks)), stand_in }
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `service_unavailable` when too many wait already.
    pub async fn hash(
        &self,
        password: Password,
        edge: &Edge,
    ) -> Result<PasswordHash, CommandError> {
        let salt = edge.random::<SALT>();
        self.work(Purpose::Other, move |engine| hash(engine, &password, &salt)).await?
    }

    /// Whether the password is the one behind the hash; never, and no sooner, without a hash.
    ///
    /// # Errors
    /// `service_unavailable` when too many wait already.
    pub async fn check(
        &self,
        purpose: Purpose,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, CommandError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.stand_in.clone());
        let check = move |engine: &Argon2<'_>| {
            let password = password.expose().as_bytes();
            engine.verify_password(password, hash.expose()).is_ok()
        };
        Ok(self.work(purpose, check).await? && known)
    }

    fn seat(&self, purpose: Purpose) -> Result<Seat, Problem> {
        let take = |room: &Arc<Semaphore>| Arc::clone(room).try_acquire_owned();
        let other = match purpose {
            Purpose::SignIn => None,
            Purpose::Other => Some(take(&self.others).map_err(|_| busy())?),
        };
        Ok((take(&self.room).map_err(|_| busy())?, other))
    }

    async fn work<T: Send + 'static>(
        &self,
        purpose: Purpose,
        job: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, CommandError> {
        let seat = self.seat(purpose)?;
        let desk = Arc::clone(&self.desks).acquire_owned().await;
        let desk = desk.map_err(|_| busy())?;
        let engine = self.engine.clone();
        // The permits go along: a caller that hangs up does not end the work.
        block(move || {
            let done = job(&engine);
            drop((desk, seat));
            done
        })
        .await
    }
}

/// So many places, and those of them for who does not sign in.
fn rooms(places: usize) -> (Arc<Semaphore>, Arc<Semaphore>) {
    let others = places.saturating_sub(1).max(1);
    (Arc::new(Semaphore::new(places)), Arc::new(Semaphore::new(others)))
}

fn hash(
    engine: &Argon2<'_>,
    password: &Password,
    salt: &[u8; SALT],
) -> Result<PasswordHash, CommandError> {
    let password = password.expose().as_bytes();
    let hash: Result<phc::PasswordHash, _> = engine.hash_password_with_salt(password, salt);
    match hash {
        Ok(hash) => Ok(PasswordHash::from_phc(hash.to_string())),
        Err(error) => Err(CommandError::Internal(format!("password hash: {error}"))),
    }
}

fn busy() -> Problem {
    let message = "Too many requests wait for a password to be checked. Try again shortly.";
    Problem::new(ErrorCode::ServiceUnavailable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_kept_for_signing_in() {
        let (room, others) = rooms(3);
        let passwords = Passwords {
            engine: Argon2::default(),
            room,
            others,
            desks: Arc::new(Semaphore::new(1)),
            stand_in: PasswordHash::from_phc(String::new()),
        };
        let mut seats = vec![passwords.seat(Purpose::Other), passwords.seat(Purpose::Other)];
        assert!(seats.iter().all(Result::is_ok));
        assert!(passwords.seat(Purpose::Other).is_err());
        seats.push(passwords.seat(Purpose::SignIn));
        assert!(seats[2].is_ok() && passwords.seat(Purpose::SignIn).is_err());
        drop(seats.remove(0));
        assert!(passwords.seat(Purpose::SignIn).is_ok(), "whoever leaves makes room");
    }
}
