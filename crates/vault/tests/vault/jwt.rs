//! Signing keys and access tokens. What forgers try is in the testkit, for the guard too.

use cardium_vault::{
    Kek, KeyRing, OpenError, SealRandom,
    jwt::{
        Expected, LEEWAY_S, LONGEST_LIFETIME_S, LONGEST_TOKEN, PublicJwk, SigningKey, TokenClaims,
        TokenError, VerifyingKeys, sign, verify,
    },
};

const NOW: i64 = 1_780_000_000;

fn key(seed: u8) -> SigningKey {
    SigningKey::generate(&[seed; 32]).expect("32 bytes make a key")
}

fn ring() -> KeyRing {
    KeyRing::try_new(1, [Kek::new(1, [9; 32])]).expect("one key makes a ring")
}

fn random() -> SealRandom {
    SealRandom::from_bytes(&[5; SealRandom::BYTES])
}

fn claims() -> TokenClaims {
    let text = str::to_owned;
    TokenClaims {
        iss: text("https://cards.example"),
        sub: text("acc_1"),
        aud: vec![text("https://cards.example/v1"), text("https://cards.example/mcp")],
        exp: NOW + 600,
        iat: NOW,
        nbf: None,
        jti: text("tok_1"),
        client_id: text("cli_1"),
        scope: text("balance:read card:read"),
        gid: text("key_1"),
        acct: text("acc_1"),
    }
}

fn audiences(issuer: &str) -> Vec<String> {
    let ours = issuer == "https://cards.example";
    ours.then(|| "https://cards.example/v1".to_owned()).into_iter().collect()
}

/// What a door at `/v1` makes of it at a moment.
fn judge(claims: &TokenClaims, now_s: i64) -> Result<TokenClaims, TokenError> {
    let key = key(1);
    let expected = Expected { audiences: &audiences, now_s };
    verify(&sign(&key, claims).expect("it signs"), &VerifyingKeys::new([key.public()]), expected)
}

#[test]
fn a_key_is_its_random_bytes_and_no_other() {
    assert_eq!(key(1).kid(), key(1).kid());
    assert_ne!(key(1).kid(), key(2).kid());
    assert_eq!(key(1).kid().len(), 43);
    let point = key(1).public().point();
    assert_eq!(PublicJwk::try_from_point(&point).as_ref(), Ok(key(1).public()));
}

#[test]
fn a_sealed_key_opens_under_its_own_id_alone() {
    let sealed = key(1).seal(&ring(), random()).unwrap();
    let opened = SigningKey::open(&sealed, key(1).kid(), &ring()).unwrap();
    assert_eq!(opened.public(), key(1).public());
    let mistaken = SigningKey::open(&sealed, key(2).kid(), &ring());
    assert_eq!(mistaken.unwrap_err(), OpenError);
    let strange = KeyRing::try_new(1, [Kek::new(1, [8; 32])]).unwrap();
    assert_eq!(SigningKey::open(&sealed, key(1).kid(), &strange).unwrap_err(), OpenError);
}

#[test]
fn a_key_shows_its_id_and_nothing_else() {
    let shown = format!("{:?}", key(1));
    assert_eq!(shown, format!("SigningKey(***, {})", key(1).kid()));
}

#[test]
fn a_jwk_has_its_members() {
    let key = key(1);
    let shown = serde_json::to_value(key.public()).unwrap();
    let mut members: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!((&shown["kty"], &shown["use"]), (&"EC".into(), &"sig".into()));
}

#[test]
fn a_token_says_what_was_signed() {
    assert_eq!(judge(&claims(), NOW), Ok(claims()));
    let from = TokenClaims { nbf: Some(NOW), ..claims() };
    assert_eq!(judge(&from, NOW), Ok(from));
    assert!(sign(&key(1), &claims()).unwrap().len() < LONGEST_TOKEN / 4);
}

#[test]
fn another_process_verifies_with_the_keys_that_it_knows() {
    let (old, new) = (key(1), key(2));
    let expected = Expected { audiences: &audiences, now_s: NOW };
    let both = VerifyingKeys::new([old.public(), new.public()]);
    for key in [&old, &new] {
        assert!(verify(&sign(key, &claims()).unwrap(), &both, expected).is_ok());
    }
    let token = sign(&new, &claims()).unwrap();
    let behind = VerifyingKeys::new([old.public()]);
    assert_eq!(verify(&token, &behind, expected), Err(TokenError::UnknownKey));
    assert!(both.knows(new.kid()) && !behind.knows(new.kid()));
}

#[test]
fn time_is_held_to_the_second() {
    let end = claims().exp;
    assert!(judge(&claims(), end - 1).is_ok());
    assert_eq!(judge(&claims(), end), Err(TokenError::Time));
    assert!(judge(&claims(), NOW - LEEWAY_S).is_ok());
    assert_eq!(judge(&claims(), NOW - LEEWAY_S - 1), Err(TokenError::Time));
    for (from, taken) in [(NOW + LEEWAY_S, true), (NOW + LEEWAY_S + 1, false)] {
        assert_eq!(judge(&TokenClaims { nbf: Some(from), ..claims() }, NOW).is_ok(), taken);
    }
    for (life, taken) in [(1, true), (LONGEST_LIFETIME_S, true), (LONGEST_LIFETIME_S + 1, false)] {
        assert_eq!(judge(&TokenClaims { exp: NOW + life, ..claims() }, NOW).is_ok(), taken);
    }
}
