//! Proving anew who asks: a password or a code in the request, compared here and checked again in
//! the transaction.
//!
//! A wrong one is counted in a transaction of its own before the refusal is shown; where guesses
//! have to wait a right one is refused like it, before anything else is said. A right one is only
//! a claim until a use case settles it ([`cardium_app::accounts::Proof`]): a code is used up there.
//! The code of a retry was used up by the first request; it passes here as long as it is of the
//! present, so that the retry gets the recorded answer.

use cardium_accounts::{Account, Attempt, CodeProof, Password, SealedSecret};
use cardium_app::{
    CommandError,
    accounts::{
        CheckAttempts, FailedAttempt, Names, Proof, StepUp, password_required, totp_secret_aad,
        wrong_code, wrong_password,
    },
};
use cardium_auth::{RecoveryCode, SecondFactor, TotpCode, TotpSecret};
use cardium_kernel::{AccountId, Problem};
use cardium_vault::{Sealed, keyed_hash, open};

use crate::{call::Call, passwords::Purpose};

/// What a request gives as proof, as it was typed.
#[derive(Default)]
pub struct Claim {
    /// A password.
    pub password: Option<String>,
    /// Six digits of the authenticator, or a recovery code.
    pub code: Option<String>,
}

impl Claim {
    fn attempts(&self) -> Vec<Attempt> {
        let password = self.password.as_ref().map(|_| Attempt::Password);
        let code = self.code.as_ref().map(|_| Attempt::Code);
        password.into_iter().chain(code).collect()
    }
}

/// Step-up of a session for a sensitive command: by the claim, or by having signed in within the
/// last ten minutes. Fails before anything is replayed; the command checks it again with
/// [`StepUp::check`].
///
/// # Errors
/// `session_required`, `step_up_required`, `rate_limited`, or `invalid_credentials` naming
/// `password` or `totp_code`.
pub async fn step_up(call: &Call, claim: Claim) -> Result<StepUp, CommandError> {
    let credential = call.credential()?;
    credential.check_session()?;
    if claim.password.is_none() && claim.code.is_none() {
        credential.check_step_up(call.now())?;
        return Ok(StepUp::FreshSession);
    }
    let account = account(call).await?;
    Ok(StepUp::Proven(prove(call, &account, claim, &Names::SIGN_IN).await?))
}

/// Step-up of whoever sets an authenticator up: by password, which an API key always gives, or by
/// having signed in within the last ten minutes. Fails before anything is replayed; the command
/// checks it again with [`StepUp::settle`].
///
/// # Errors
/// `step_up_required` naming the password, `rate_limited`, or `invalid_credentials`.
pub async fn step_up_by_password(
    call: &Call,
    account: &Account,
    password: Option<String>,
    names: &Names,
) -> Result<StepUp, CommandError> {
    if password.is_none() {
        let fresh = call.credential()?.check_step_up(call.now());
        fresh.map_err(|_| password_required(names))?;
        return Ok(StepUp::FreshSession);
    }
    let claim = Claim { password, code: None };
    Ok(StepUp::Proven(prove(call, account, claim, names).await?))
}

/// The caller's account.
///
/// # Errors
/// When it cannot be read.
pub async fn account(call: &Call) -> Result<Account, CommandError> {
    let id = call.account()?;
    let found = call.read(move |reads| reads.find_account(id)).await?;
    Ok(found.ok_or_else(|| Problem::not_found("account"))?)
}

/// Counts a request that has a password of a signed-in caller checked.
///
/// # Errors
/// `rate_limited`.
pub async fn count_check(call: &Call) -> Result<(), CommandError> {
    match &call.state.rate_limits {
        Some(limits) => Ok(limits.count_password_check(call.account()?).await?),
        None => Ok(()),
    }
}

/// Counts the request and compares what was given.
///
/// # Errors
/// `rate_limited`, `invalid_credentials`, or what the operation says of a wrong code.
pub async fn prove(
    call: &Call,
    account: &Account,
    claim: Claim,
    names: &Names,
) -> Result<Proof, CommandError> {
    if claim.password.is_some() {
        count_check(call).await?;
    }
    compare(call, account, claim, names).await
}

/// Compares what was given; [`count_check`] counted it.
///
/// # Errors
/// As [`prove`].
pub async fn compare(
    call: &Call,
    account: &Account,
    claim: Claim,
    names: &Names,
) -> Result<Proof, CommandError> {
    let attempts = claim.attempts();
    for attempt in &attempts {
        account.check_attempt(*attempt, call.now())?;
    }
    let mut proof = Proof::default();
    if let Some(password) = claim.password {
        let (candidate, hash) = (Password::candidate(&password), account.password.clone());
        if !call.state.passwords.check(Purpose::Other, candidate, Some(hash.clone())).await? {
            let refusal = wrong_password(names);
            return Err(fail(call, account.id, (Attempt::Password, &attempts), refusal).await);
        }
        proof.password = Some(hash);
    }
    // Whatever is refused from here on tells that the password is right.
    check_attempts(call, account.id, &attempts).await?;
    if let Some(code) = claim.code {
        proof.code = Some(prove_code(call, account, (&code, &attempts), names).await?);
        check_attempts(call, account.id, &attempts).await?;
    }
    Ok(proof)
}

/// Compares a code, given with all these, with what the account's authenticator shows, or its
/// recovery codes.
///
/// # Errors
/// What the operation says of a wrong code; where two-factor authentication is off, each is.
pub async fn prove_code(
    call: &Call,
    account: &Account,
    (text, given): (&str, &[Attempt]),
    names: &Names,
) -> Result<CodeProof, CommandError> {
    let Some(authenticator) = account.authenticator() else {
        return Err(wrong_code(names).into());
    };
    let found = match SecondFactor::parse(text) {
        Some(SecondFactor::Totp(code)) => {
            let step = find_step(call, account.id, &authenticator.secret, &code)?;
            step.map(|step| CodeProof::Step { secret: authenticator.secret.clone(), step })
        }
        Some(SecondFactor::Recovery(code)) => {
            let hash = recovery_hash(call, account.id, &code);
            authenticator.recovery.knows(&hash).then_some(CodeProof::Recovery(hash))
        }
        None => None,
    };
    match found {
        Some(proof) => Ok(proof),
        None => Err(fail(call, account.id, (Attempt::Code, given), wrong_code(names)).await),
    }
}

/// The step whose code this is under a sealed secret.
///
/// # Errors
/// When the secret does not open.
pub fn find_step(
    call: &Call,
    account: AccountId,
    secret: &SealedSecret,
    code: &TotpCode,
) -> Result<Option<i64>, CommandError> {
    let damaged = || CommandError::Internal("a sealed TOTP secret does not open".to_owned());
    let sealed = Sealed::from_bytes(secret.as_bytes()).map_err(|_| damaged())?;
    let ring = call.state.wiring.keys.ring();
    let bytes = open(&sealed, &totp_secret_aad(account), ring).map_err(|_| damaged())?;
    let secret = TotpSecret::from_slice(&bytes).ok_or_else(damaged)?;
    Ok(secret.find_step(code, call.now()))
}

/// The keyed hash under which a recovery code is stored.
pub fn recovery_hash(call: &Call, account: AccountId, code: &RecoveryCode) -> [u8; 32] {
    let data = [&account.value().to_be_bytes(), code.expose().as_bytes()].concat();
    keyed_hash(call.state.wiring.keys.hash(), "recovery code", &data)
}

/// Counts a wrong guess, given with all these; gives the refusal to show.
pub async fn fail(
    call: &Call,
    account: AccountId,
    (attempt, given): (Attempt, &[Attempt]),
    refusal: Problem,
) -> CommandError {
    let failed = FailedAttempt { account, attempt, given: given.to_vec(), refusal };
    match call.perform(failed).await {
        Ok(refusal) => refusal.into(),
        Err(error) => error,
    }
}

/// A recorded answer is given out without the command that settles a proof, so the pause between
/// guesses is looked at here: a key that was spent must not be a way around it.
///
/// # Errors
/// `rate_limited`.
pub async fn settle_replay(
    call: &Call,
    account: AccountId,
    attempts: &[Attempt],
) -> Result<(), CommandError> {
    if call.may_replay() { check_attempts(call, account, attempts).await } else { Ok(()) }
}

/// Passes right guesses that need not wait.
///
/// # Errors
/// `rate_limited`.
async fn check_attempts(
    call: &Call,
    account: AccountId,
    attempts: &[Attempt],
) -> Result<(), CommandError> {
    if attempts.is_empty() {
        return Ok(());
    }
    call.perform(CheckAttempts { account, attempts: attempts.to_vec() }).await
}
