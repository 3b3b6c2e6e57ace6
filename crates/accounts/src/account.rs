use cardium_kernel::{AccountId, Change, Timestamp};

use crate::{
    AccountError, Attempt, Attempts, Authenticator, CodeProof, Email, Notifications, PasswordHash,
    RecoveryCodes, SealedSecret, Streak, TwoFactor,
};

/// The stored facts of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// The account's id.
    pub id: AccountId,
    /// Where its owner is reached and how they sign in.
    pub email: Email,
    /// The hash of the password.
    pub password: PasswordHash,
    /// What its owner wants to be told of.
    pub notifications: Notifications,
    /// Raised by a password change: sessions of an older generation have ended.
    pub session_generation: i64,
    /// Whether signing in takes a code.
    pub two_factor: TwoFactor,
    /// Wrong guesses in a row.
    pub attempts: Attempts,
    /// When its owner stopped everything; none while it is open.
    pub locked_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its owner last changed it.
    pub updated_at: Timestamp,
    /// Raised by one with every change, wrong guesses included.
    pub version: i64,
}

/// A tenant of the programme. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account(AccountRecord);

impl std::ops::Deref for Account {
    type Target = AccountRecord;

    fn deref(&self) -> &AccountRecord {
        &self.0
    }
}

impl Account {
    /// Opens an account.
    #[must_use]
    pub const fn open(id: AccountId, email: Email, password: PasswordHash, now: Timestamp) -> Self {
        Self(AccountRecord {
            id,
            email,
            password,
            notifications: Notifications::ALL,
            session_generation: 0,
            two_factor: TwoFactor::Off,
            attempts: Attempts::NONE,
            locked_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// An account read back from storage.
    #[must_use]
    pub const fn restore(record: AccountRecord) -> Self {
        Self(record)
    }

    /// Moves it to another e-mail address, which nobody else may have.
    pub fn change_email(&mut self, email: Email, now: Timestamp) -> Change {
        if self.email == email {
            return Change::AlreadyApplied;
        }
        self.0.email = email;
        self.touch(now)
    }

    /// Gives it another password and ends every session made before.
    pub fn change_password(&mut self, password: PasswordHash, now: Timestamp) -> Change {
        self.0.password = password;
        self.0.session_generation = self.session_generation.saturating_add(1);
        self.touch(now)
    }

    /// Stops everything: nothing is issued, loaded, unfrozen or paid out until it is unlocked.
    pub fn lock(&mut self, now: Timestamp) -> Change {
        if self.locked_at.is_some() {
            return Change::AlreadyApplied;
        }
        self.0.locked_at = Some(now);
        self.touch(now)
    }

    /// Lets things go on. What was frozen and revoked stays so.
    pub fn unlock(&mut self, now: Timestamp) -> Change {
        match self.0.locked_at.take() {
            None => Change::AlreadyApplied,
            Some(_) => self.touch(now),
        }
    }

    /// Notes what its owner wants to be told of.
    pub fn choose_notifications(&mut self, wishes: Notifications, now: Timestamp) -> Change {
        if self.notifications == wishes {
            return Change::AlreadyApplied;
        }
        self.0.notifications = wishes;
        self.touch(now)
    }

    /// The authenticator, where two-factor authentication is on.
    #[must_use]
    pub const fn authenticator(&self) -> Option<&Authenticator> {
        match &self.0.two_factor {
            TwoFactor::On(authenticator) => Some(authenticator),
            TwoFactor::Off | TwoFactor::Pending(_) => None,
        }
    }

    /// Hands out the secret of a new authenticator, in place of one that was never confirmed.
    ///
    /// # Errors
    /// [`AccountError::TotpAlreadyEnabled`].
    pub fn begin_totp(&mut self, secret: SealedSecret, now: Timestamp) -> Result<(), AccountError> {
        if self.authenticator().is_some() {
            return Err(AccountError::TotpAlreadyEnabled);
        }
        self.0.two_factor = TwoFactor::Pending(secret);
        self.touch(now);
        Ok(())
    }

    /// Turns two-factor authentication on: the authenticator has shown a right code, which is
    /// used up.
    ///
    /// # Errors
    /// [`AccountError::TotpAlreadyEnabled`], or [`AccountError::WrongCode`] where the code was
    /// compared under another secret than the one handed out last.
    pub fn confirm_totp(
        &mut self,
        (secret, step): (&SealedSecret, i64),
        recovery: RecoveryCodes,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        match &self.two_factor {
            TwoFactor::On(_) => return Err(AccountError::TotpAlreadyEnabled),
            TwoFactor::Pending(pending) if pending == secret => {}
            TwoFactor::Pending(_) | TwoFactor::Off => return Err(AccountError::WrongCode),
        }
        let secret = secret.clone();
        self.0.two_factor = TwoFactor::On(Authenticator { secret, last_step: step, recovery });
        self.touch(now);
        Ok(())
    }

    /// Turns two-factor authentication off.
    ///
    /// # Errors
    /// [`AccountError::TotpNotEnabled`].
    pub fn disable_totp(&mut self, now: Timestamp) -> Result<(), AccountError> {
        self.authenticator().ok_or(AccountError::TotpNotEnabled)?;
        self.0.two_factor = TwoFactor::Off;
        self.touch(now);
        Ok(())
    }

    /// Uses a code up.
    ///
    /// # Errors
    /// [`AccountError::TotpNotEnabled`], or [`AccountError::WrongCode`] where it was used before.
    pub fn spend_code(&mut self, proof: &CodeProof) -> Result<(), AccountError> {
        let TwoFactor::On(authenticator) = &mut self.0.two_factor else {
            return Err(AccountError::TotpNotEnabled);
        };
        authenticator.spend(proof)?;
        self.raise();
        Ok(())
    }

    /// Passes a guess that need not wait.
    ///
    /// # Errors
    /// [`AccountError::Throttled`].
    pub fn check_attempt(&self, attempt: Attempt, now: Timestamp) -> Result<(), AccountError> {
        self.attempts.streak(attempt).check(now)
    }

    /// Counts a wrong guess.
    pub fn fail(&mut self, attempt: Attempt, now: Timestamp) {
        let streak = self.0.attempts.streak_mut(attempt);
        *streak = streak.failed(now);
        self.raise();
    }

    /// Forgets wrong guesses after a right one.
    pub fn succeed(&mut self, attempt: Attempt) -> Change {
        let streak = self.0.attempts.streak_mut(attempt);
        if *streak == Streak::NONE {
            return Change::AlreadyApplied;
        }
        *streak = Streak::NONE;
        self.raise();
        Change::Applied
    }

    fn touch(&mut self, now: Timestamp) -> Change {
        self.0.updated_at = now;
        self.raise();
        Change::Applied
    }

    const fn raise(&mut self) {
        self.0.version = self.0.version.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
