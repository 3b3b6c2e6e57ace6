//! Password hashing: slow on purpose, so bounded in how much of it runs and waits.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use cardium_accounts::{Password, PasswordHash};
use cardium_app::{CommandError, Edge};
use cardium_kernel::{ErrorCode, Problem};
use tokio::sync::Semaphore;

use crate::{HttpSettings, block::block};

/// Bytes of a salt (RFC 9106, section 3.1).
const SALT: usize = 16;

pub struct Passwords {
    engine: Argon2<'static>,
    /// Everybody who may be here: at work or waiting.
    room: Arc<Semaphore>,
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
        Self {
            engine,
            room: Arc::new(Semaphore::new(desks + settings.password_waiting)),
            desks: Arc::new(Semaphore::new(desks)),
            stand_in,
        }
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
        self.work(move |engine| hash(engine, &password, &salt)).await?
    }

    /// Whether the password is the one behind the hash; never, and no sooner, without a hash.
    ///
    /// # Errors
    /// `service_unavailable` when too many wait already.
    pub async fn check(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, CommandError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.stand_in.clone());
        let check = move |engine: &Argon2<'_>| {
            let password = password.expose().as_bytes();
            engine.verify_password(password, hash.expose()).is_ok()
        };
        Ok(self.work(check).await? && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, CommandError> {
        let seat = Arc::clone(&self.room).try_acquire_owned();
        let seat = seat.map_err(|_| busy())?;
        let desk = Arc::clone(&self.desks).acquire_owned().await;
        let desk = desk.map_err(|_| busy())?;
        let engine = self.engine.clone();
        // Both permits go along: a caller that hangs up does not end the work.
        block(move || {
            let done = job(&engine);
            drop((desk, seat));
            done
        })
        .await
    }
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
