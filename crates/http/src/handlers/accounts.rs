use cardium_accounts::{Account, Attempt, CodeProof, Email, Password};
use cardium_api_v1::{
    account::{AccountOut, AccountPatch, AccountWish, SignInIn, SignUpIn},
    session::{SignedInOut, SignedUpOut, signed_up_account},
    to_json,
};
use cardium_app::{
    CommandError,
    accounts::{
        Confirmed, Names, SignIn, SignOut, SignUp, UpdateAccount, bad_credentials,
        password_required, totp_required,
    },
    reads::Balance,
};
use cardium_auth::{CredentialKind, Token, TokenHash, TokenKind};
use cardium_kernel::{AccountId, Book, CredentialId, ErrorCode, Money, Problem, digest128};
use cardium_vault::keyed_hash;

use crate::{
    call::{Call, Outcome},
    idempotency::{self, Owner},
    passwords::Purpose,
    step_up::{self, Claim},
};

/// A new session's token with its hash and id.
fn draw_session(call: &Call) -> (Token, TokenHash, CredentialId) {
    let edge = &call.state.wiring.edge;
    let token = Token::new(TokenKind::Session, &edge.random());
    let hash = token_hash(call, &token);
    (token, hash, CredentialId::new(edge.mint()))
}

/// The keyed hash under which a token is stored.
pub fn token_hash(call: &Call, token: &Token) -> TokenHash {
    let key = call.state.wiring.keys.hash();
    TokenHash(keyed_hash(key, "token", token.expose().as_bytes()))
}

/// Keys of requests that nobody is signed in for belong to their e-mail address.
fn owner(email: &Email) -> Owner {
    Owner::Address(digest128(&[b"email", email.as_str().as_bytes()]))
}

pub async fn create_account(call: Call) -> Outcome {
    let (email, password) = call.input::<SignUpIn>()?.parse()?;
    let edge = &call.state.wiring.edge;
    let hash = call.state.passwords.hash(password.clone(), edge).await?;
    let (token, token_hash, session) = draw_session(&call);
    let sign_up = SignUp {
        account: AccountId::new(edge.mint()),
        session,
        email: email.clone(),
        password: hash,
        token: token_hash,
    };
    let balances = Book::ALL.map(unused);
    let render = move |signed: &_| to_json(&SignedUpOut::new(signed, &balances, &token));
    let answer = call.once_for(owner(&email), sign_up, render).await?;
    if answer.replayed {
        check_replay(&call, email, password, &answer.body).await?;
    }
    Ok(answer)
}

const fn unused(book: Book) -> Balance {
    let zero = Money::usd(0);
    Balance { book, available: zero, held: zero, pending: zero, ever_used: false, updated_at: None }
}

/// The fingerprint leaves the password out, so a replay, which hands out a session, asks for
/// the account's own; and the address may be another account's by now.
async fn check_replay(
    call: &Call,
    email: Email,
    password: Password,
    body: &[u8],
) -> Result<(), CommandError> {
    let found = call.read(move |reads| reads.find_account_by_email(&email)).await?;
    let found = found.filter(|account| signed_up_account(body) == Some(account.id));
    let hash = found.as_ref().map(|account| account.password.clone());
    if let Some(account) = &found {
        account.check_attempt(Attempt::SignIn, call.now())?;
    }
    let right = call.state.passwords.check(Purpose::SignIn, password, hash).await?;
    match found {
        Some(account) if right => {
            step_up::settle_replay(call, account.id, &[Attempt::SignIn]).await?;
            match account.authenticator() {
                Some(_) => Err(guarded().into()),
                None => Ok(()),
            }
        }
        Some(account) => {
            let failed = (Attempt::SignIn, &[Attempt::SignIn][..]);
            Err(step_up::fail(call, account.id, failed, other_request()).await)
        }
        None => Err(other_request().into()),
    }
}

/// The session of a sign-up is not handed out past the second factor.
fn guarded() -> Problem {
    let message = "The account was made and has two-factor authentication by now: sign in.";
    Problem::field(ErrorCode::ConflictIdempotencyKey, idempotency::HEADER, message)
}

fn other_request() -> Problem {
    let message = "The Idempotency-Key was used with a different request body.";
    Problem::field(ErrorCode::ConflictIdempotencyKey, idempotency::HEADER, message)
}

/// The account with this address, if the password is its own; takes the same time where there
/// is none.
async fn find_by_password(
    call: &Call,
    email: Email,
    password: Password,
) -> Result<Account, CommandError> {
    let found = call.read(move |reads| reads.find_account_by_email(&email)).await?;
    if let Some(account) = &found {
        account.check_attempt(Attempt::SignIn, call.now())?;
    }
    let hash = found.as_ref().map(|account| account.password.clone());
    let right = call.state.passwords.check(Purpose::SignIn, password, hash).await?;
    match found {
        Some(account) if right => Ok(account),
        Some(account) => {
            let failed = (Attempt::SignIn, &[Attempt::SignIn][..]);
            Err(step_up::fail(call, account.id, failed, bad_credentials()).await)
        }
        None => Err(bad_credentials().into()),
    }
}

pub async fn sign_in(call: Call) -> Outcome {
    let wish = call.input::<SignInIn>()?.parse()?;
    let account = find_by_password(&call, wish.email.clone(), wish.password).await?;
    let id = account.id;
    let code = find_code(&call, &account, wish.totp_code).await?;
    let balances = call.read(move |reads| reads.balances(id)).await?;
    let (token, token_hash, session) = draw_session(&call);
    let sign_in = SignIn {
        account: id,
        email: wish.email,
        checked: account.password.clone(),
        code,
        session,
        token: token_hash,
    };
    let render = move |signed: &_| to_json(&SignedInOut::new(signed, &balances, &token));
    // An address can pass to another account, which must not be handed this one's session.
    call.once_for(Owner::Account(id), sign_in, render).await
}

/// The code of a sign-in, where one is needed. Without it only the command can refuse, so the
/// answer recorded for a spent key asks for it here.
async fn find_code(
    call: &Call,
    account: &Account,
    code: Option<String>,
) -> Result<Option<CodeProof>, CommandError> {
    let guarded = account.authenticator().is_some();
    let mut attempts = vec![Attempt::SignIn];
    let code = match code.filter(|_| guarded) {
        Some(code) => {
            attempts.push(Attempt::Code);
            account.check_attempt(Attempt::Code, call.now())?;
            let code = (code.as_str(), &attempts[..]);
            Some(step_up::prove_code(call, account, code, &Names::SIGN_IN).await?)
        }
        None => None,
    };
    step_up::settle_replay(call, account.id, &attempts).await?;
    if guarded && code.is_none() && call.may_replay() {
        return Err(totp_required().into());
    }
    Ok(code)
}

pub async fn update_account(call: Call) -> Outcome {
    let wish = call.input::<AccountPatch>()?.parse()?;
    refuse_agents(&call, &wish)?;
    let account = step_up::account(&call).await?;
    let confirmed = confirm(&call, &account, &wish).await?;
    let password = match &wish.new_password {
        Some(new) => Some(call.state.passwords.hash(new.clone(), &call.state.wiring.edge).await?),
        None => None,
    };
    let id = account.id;
    let balances = call.read(move |reads| reads.balances(id)).await?;
    let (changed, notifications) = (password.is_some(), wish.notifications);
    let update = UpdateAccount { email: wish.email, password, notifications, confirmed };
    let render = move |account: &_| to_json(&AccountOut::with_balance(account, &balances));
    let answer = call.once(update, render).await?;
    if changed {
        call.state.credentials.forget_account(id);
    }
    match wish.new_password.filter(|_| answer.replayed) {
        // The fingerprint leaves passwords out: a key is not spent on another one.
        Some(new) if !is_password(&call, &new).await? => Err(other_request().into()),
        Some(_) | None => Ok(answer),
    }
}

/// An agent does not try what its owner signs in with: refused before a password is looked at, or
/// its guesses would count as the owner's.
fn refuse_agents(call: &Call, wish: &AccountWish) -> Result<(), CommandError> {
    let field = match wish {
        AccountWish { email: Some(_), .. } => "email",
        AccountWish { new_password: Some(_), .. } => "new_password",
        AccountWish { current_password: Some(_), .. } => "current_password",
        _ => return Ok(()),
    };
    if call.credential()?.kind != CredentialKind::Grant {
        return Ok(());
    }
    let message = "E-mail address and password are changed by a signed-in session only.";
    Err(Problem::field(ErrorCode::SessionRequired, field, message).into())
}

async fn confirm(
    call: &Call,
    account: &Account,
    wish: &AccountWish,
) -> Result<Confirmed, CommandError> {
    let Some(given) = &wish.current_password else {
        // Before anything is hashed.
        return match &wish.new_password {
            Some(_) => Err(password_required(&Names::UPDATE).into()),
            None => Ok(Confirmed::NotGiven),
        };
    };
    step_up::count_check(call).await?;
    if let (Some(new), true) = (&wish.new_password, call.may_replay()) {
        account.check_attempt(Attempt::Password, call.now())?;
        let hash = account.password.clone();
        let fits = |candidate: &Password| {
            call.state.passwords.check(Purpose::Other, candidate.clone(), Some(hash.clone()))
        };
        if !fits(given).await? && fits(new).await? {
            step_up::settle_replay(call, account.id, &[Attempt::Password]).await?;
            return Ok(Confirmed::Stale);
        }
    }
    let claim = Claim { password: Some(given.expose().to_owned()), code: None };
    let proof = step_up::compare(call, account, claim, &Names::UPDATE).await?;
    Ok(proof.password.map_or(Confirmed::NotGiven, Confirmed::Right))
}

/// Whether this is the caller's password by now.
async fn is_password(call: &Call, password: &Password) -> Result<bool, CommandError> {
    let hash = step_up::account(call).await?.password.clone();
    call.state.passwords.check(Purpose::Other, password.clone(), Some(hash)).await
}

pub async fn sign_out(call: Call) -> Outcome {
    let session = call.credential()?.id;
    let answer = call.once(SignOut, |()| Vec::new()).await?;
    call.state.credentials.forget(session);
    Ok(answer)
}

pub async fn get_account(call: Call) -> Outcome {
    let id = call.account()?;
    let read = call.read(move |reads| Ok((reads.find_account(id)?, reads.balances(id)?)));
    let (account, balances) = read.await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    Ok(call.answer(&AccountOut::with_balance(&account, &balances)))
}
