use cardium_accounts::{Account, Email, Password};
use cardium_api_v1::{
    account::{AccountOut, CredentialsIn},
    session::{SignedInOut, SignedUpOut},
    to_json,
};
use cardium_app::{
    CommandError,
    accounts::{SignIn, SignOut, SignUp, bad_credentials},
    reads::Balance,
};
use cardium_auth::{Token, TokenHash, TokenKind};
use cardium_kernel::{AccountId, Book, CredentialId, ErrorCode, Money, Problem, digest128};
use cardium_vault::keyed_hash;

use crate::{
    call::{Call, Outcome},
    idempotency::{self, Owner},
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
    let (email, password) = call.input::<CredentialsIn>()?.parts()?;
    let email = Email::parse(&email).map_err(CommandError::from)?;
    let password = Password::choose(password).map_err(CommandError::from)?;
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
        check_replay(&call, email, password).await?;
    }
    Ok(answer)
}

const fn unused(book: Book) -> Balance {
    let zero = Money::usd(0);
    Balance { book, available: zero, held: zero, pending: zero, ever_used: false, updated_at: None }
}

/// The fingerprint leaves the password out, so a replay, which hands out a session, asks for
/// the account's own.
async fn check_replay(call: &Call, email: Email, password: Password) -> Result<(), CommandError> {
    if find_by_password(call, email, password).await?.is_some() {
        return Ok(());
    }
    let message = "The Idempotency-Key was used with a different request body.";
    let code = ErrorCode::ConflictIdempotencyKey;
    Err(Problem::field(code, idempotency::HEADER, message).into())
}

/// The account with this address, if the password is its own; takes the same time where there
/// is none.
async fn find_by_password(
    call: &Call,
    email: Email,
    password: Password,
) -> Result<Option<Account>, CommandError> {
    let found = call.read(move |reads| reads.find_account_by_email(&email)).await?;
    let hash = found.as_ref().map(|account| account.password.clone());
    let right = call.state.passwords.check(password, hash).await?;
    Ok(found.filter(|_| right))
}

pub async fn sign_in(call: Call) -> Outcome {
    let (email, password) = call.input::<CredentialsIn>()?.parts()?;
    let email = Email::parse(&email).map_err(CommandError::from)?;
    let password = Password::candidate(&password);
    let account = find_by_password(&call, email.clone(), password).await?;
    let account = account.ok_or_else(bad_credentials)?;
    let id = account.id;
    let balances = call.read(move |reads| reads.balances(id)).await?;
    let (token, token_hash, session) = draw_session(&call);
    let sign_in =
        SignIn { account: id, checked: account.password.clone(), session, token: token_hash };
    let render = move |signed: &_| to_json(&SignedInOut::new(signed, &balances, &token));
    call.once_for(owner(&email), sign_in, render).await
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
