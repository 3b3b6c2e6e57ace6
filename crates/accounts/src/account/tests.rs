use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(second)
}

fn account() -> Account {
    let email = Email::parse("ada@example.com").unwrap();
    Account::open(AccountId::new(256), email, PasswordHash::from_phc("one".into()), at(0))
}

fn secret(byte: u8) -> SealedSecret {
    SealedSecret::new(vec![byte; 3])
}

fn recovery() -> RecoveryCodes {
    RecoveryCodes::new(vec![[1; 32], [2; 32]])
}

fn step(byte: u8, step: i64) -> CodeProof {
    CodeProof::Step { secret: secret(byte), step }
}

/// An account whose authenticator was confirmed with the code of step 10.
fn guarded() -> Account {
    let mut account = account();
    account.begin_totp(secret(1), at(1)).unwrap();
    account.confirm_totp((&secret(1), 10), recovery(), at(2)).unwrap();
    account
}

#[test]
fn a_password_change_starts_a_new_generation_of_sessions() {
    let mut account = account();
    assert_eq!(
        account.change_password(PasswordHash::from_phc("two".into()), at(5)),
        Change::Applied
    );
    assert_eq!((account.session_generation, account.version), (1, 2));
    assert_eq!((account.updated_at, account.password.expose()), (at(5), "two"));
}

#[test]
fn what_stays_the_same_is_no_change() {
    let mut account = account();
    let same = account.email.clone();
    assert_eq!(account.change_email(same, at(5)), Change::AlreadyApplied);
    assert_eq!(account.choose_notifications(Notifications::ALL, at(5)), Change::AlreadyApplied);
    assert_eq!(account.succeed(Attempt::Code), Change::AlreadyApplied);
    assert_eq!((account.version, account.updated_at), (1, at(0)));
    let other = Email::parse("grace@example.com").unwrap();
    assert_eq!(account.change_email(other, at(5)), Change::Applied);
    let quiet = Notifications { email: false, ..Notifications::ALL };
    assert_eq!(account.choose_notifications(quiet, at(6)), Change::Applied);
    assert_eq!((account.version, account.updated_at), (3, at(6)));
}

#[test]
fn an_authenticator_counts_once_it_is_confirmed() {
    let mut account = account();
    assert_eq!(account.disable_totp(at(1)), Err(AccountError::TotpNotEnabled));
    assert_eq!(
        account.confirm_totp((&secret(1), 10), recovery(), at(1)),
        Err(AccountError::WrongCode)
    );
    account.begin_totp(secret(1), at(1)).unwrap();
    account.begin_totp(secret(2), at(2)).unwrap();
    assert!(account.authenticator().is_none());
    // The first secret was replaced: its codes are worth nothing.
    let stale = account.confirm_totp((&secret(1), 10), recovery(), at(3));
    assert_eq!(stale, Err(AccountError::WrongCode));
    account.confirm_totp((&secret(2), 10), recovery(), at(3)).unwrap();
    assert!(account.authenticator().is_some());
    let again = account.confirm_totp((&secret(2), 11), recovery(), at(3));
    assert_eq!(again, Err(AccountError::TotpAlreadyEnabled));
    assert_eq!(account.begin_totp(secret(3), at(4)), Err(AccountError::TotpAlreadyEnabled));
    account.disable_totp(at(5)).unwrap();
    assert_eq!(account.two_factor, TwoFactor::Off);
}

#[test]
fn a_code_is_used_once_and_none_before_it() {
    let mut account = guarded();
    for (proof, expected) in [
        (step(1, 10), Err(AccountError::WrongCode)),
        (step(1, 11), Ok(())),
        (step(1, 11), Err(AccountError::WrongCode)),
        (step(1, 9), Err(AccountError::WrongCode)),
        (step(2, 12), Err(AccountError::WrongCode)),
        (step(1, 12), Ok(())),
    ] {
        assert_eq!(account.spend_code(&proof), expected, "{proof:?}");
    }
}

#[test]
fn each_recovery_code_is_used_once() {
    let mut account = guarded();
    let code = |byte: u8| CodeProof::Recovery([byte; 32]);
    assert_eq!(account.spend_code(&code(2)), Ok(()));
    assert_eq!(account.spend_code(&code(2)), Err(AccountError::WrongCode));
    assert_eq!(account.spend_code(&code(3)), Err(AccountError::WrongCode));
    assert_eq!(account.spend_code(&code(1)), Ok(()));
    let recovery = &account.authenticator().unwrap().recovery;
    assert_eq!((recovery.used(), recovery.knows(&[2; 32])), (3, true));
    account.disable_totp(at(5)).unwrap();
    assert_eq!(account.spend_code(&code(1)), Err(AccountError::TotpNotEnabled));
}

#[test]
fn each_kind_of_guess_is_counted_by_itself() {
    let mut account = account();
    (0..5).for_each(|_| account.fail(Attempt::Code, at(100)));
    let throttled = Err(AccountError::Throttled { seconds: 60 });
    assert_eq!(account.check_attempt(Attempt::Code, at(100)), throttled);
    assert_eq!(account.check_attempt(Attempt::SignIn, at(100)), Ok(()));
    assert_eq!(account.check_attempt(Attempt::Password, at(100)), Ok(()));
    assert_eq!(account.succeed(Attempt::SignIn), Change::AlreadyApplied);
    assert_eq!(account.check_attempt(Attempt::Code, at(100)), throttled);
    assert_eq!(account.succeed(Attempt::Code), Change::Applied);
    assert_eq!(account.check_attempt(Attempt::Code, at(100)), Ok(()));
    // Guesses are no change that its owner made.
    assert_eq!((account.updated_at, account.version), (at(0), 7));
}
