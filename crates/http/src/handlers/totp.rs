use cardium_accounts::{
    Account, AccountError, Attempt, RECOVERY_CODES, RecoveryCodes, SealedSecret, TwoFactor,
};
use cardium_api_v1::{
    to_json,
    totp::{DisableTotpIn, EnableTotpIn, TotpOut},
};
use cardium_app::{
    CommandError,
    accounts::{
        BeginTotp, ConfirmTotp, DisableTotp, Names, Proof, StepUp, totp_secret_aad, wrong_code,
    },
};
use cardium_auth::{RecoveryCode, TotpCode, TotpSecret};
use cardium_vault::{SealRandom, seal};

use crate::{
    call::{Call, Outcome},
    step_up::{self, Claim},
};

/// Hands out a secret, or confirms it with a code.
pub async fn enable_2fa(call: Call) -> Outcome {
    let input = call.input::<EnableTotpIn>()?;
    let account = step_up::account(&call).await?;
    let names = &Names::TOTP;
    let step_up = step_up::step_up_by_password(&call, &account, input.password, names).await?;
    match input.code {
        None => begin(call, &account, step_up).await,
        Some(code) => confirm(call, &account, &code, step_up).await,
    }
}

async fn begin(call: Call, account: &Account, step_up: StepUp) -> Outcome {
    // The secret that a spent key handed out may be the one in force by now.
    if account.authenticator().is_some() {
        return Err(AccountError::TotpAlreadyEnabled.into());
    }
    let secret = TotpSecret::new(call.state.wiring.edge.random());
    let begin = BeginTotp { secret: seal_secret(&call, account, &secret)?, step_up };
    let email = account.email.clone();
    let render = move |(): &()| to_json(&TotpOut::pending(&secret, email.as_str()));
    call.once(begin, render).await
}

fn seal_secret(
    call: &Call,
    account: &Account,
    secret: &TotpSecret,
) -> Result<SealedSecret, CommandError> {
    let wiring = &call.state.wiring;
    let random = SealRandom::from_bytes(&wiring.edge.random());
    let (aad, kek) = (totp_secret_aad(account.id), wiring.keys.ring().active());
    match seal(secret.expose(), &aad, kek, random) {
        Ok(sealed) => Ok(SealedSecret::new(sealed.to_bytes())),
        Err(error) => Err(CommandError::Internal(error.to_string())),
    }
}

async fn confirm(call: Call, account: &Account, code: &str, step_up: StepUp) -> Outcome {
    let shown = find_shown(&call, account, code).await?;
    let codes: [RecoveryCode; RECOVERY_CODES] =
        std::array::from_fn(|_| RecoveryCode::new(&call.state.wiring.edge.random()));
    let hashes = codes.iter().map(|code| step_up::recovery_hash(&call, account.id, code));
    let confirm = ConfirmTotp { shown, recovery: RecoveryCodes::new(hashes.collect()), step_up };
    let render = move |(): &()| to_json(&TotpOut::enabled(&codes));
    call.once(confirm, render).await
}

/// The code's step under the secret that waits for it. Where none waits the command refuses, or
/// this is the retry of one that went through, whose code is still of the present: the
/// fingerprint leaves codes out, and the answer has the recovery codes.
async fn find_shown(
    call: &Call,
    account: &Account,
    code: &str,
) -> Result<Option<(SealedSecret, i64)>, CommandError> {
    match &account.two_factor {
        TwoFactor::Off => Err(wrong_code(&Names::TOTP).into()),
        TwoFactor::Pending(secret) => {
            let step = find_step(call, account, secret, code).await?;
            Ok(Some((secret.clone(), step)))
        }
        TwoFactor::On(authenticator) => {
            if call.may_replay() {
                find_step(call, account, &authenticator.secret, code).await?;
                step_up::settle_replay(call, account.id, &[Attempt::Code]).await?;
            }
            Ok(None)
        }
    }
}

async fn find_step(
    call: &Call,
    account: &Account,
    secret: &SealedSecret,
    code: &str,
) -> Result<i64, CommandError> {
    account.check_attempt(Attempt::Code, call.now())?;
    let step = match TotpCode::parse(code) {
        Some(code) => step_up::find_step(call, account.id, secret, &code)?,
        None => None,
    };
    match step {
        Some(step) => Ok(step),
        None => {
            let refusal = wrong_code(&Names::TOTP);
            let failed = (Attempt::Code, &[Attempt::Code][..]);
            Err(step_up::fail(call, account.id, failed, refusal).await)
        }
    }
}

/// Turns it off, by body or by headers: some clients drop the body of a DELETE.
pub async fn disable_2fa(call: Call) -> Outcome {
    let (password, code) = (call.header("X-Password"), call.header("X-TOTP-Code"));
    disable(call, password, code).await
}

/// Turns it off, by body.
pub async fn disable_2fa_by_post(call: Call) -> Outcome {
    disable(call, None, None).await
}

async fn disable(call: Call, password: Option<String>, code: Option<String>) -> Outcome {
    let (password, code) = call.input::<DisableTotpIn>()?.parse(password, code)?;
    let account = step_up::account(&call).await?;
    let proof = if account.authenticator().is_some() {
        let claim = Claim { password: Some(password), code: Some(code) };
        step_up::prove(&call, &account, claim, &Names::TOTP).await?
    } else {
        Proof::default()
    };
    call.once(DisableTotp { proof }, |()| Vec::new()).await
}
