//! Codes, refresh tokens, and who brings them.

use data_encoding::BASE64;
use proptest::prelude::*;

use super::{
    negatives::{CODE_EXCHANGES, Exchange, REFRESHES},
    requests::fields,
    *,
};

const CODE: &str = "code-1";
const TOKEN: &str = "token-1";

fn code() -> AuthorizationCode {
    AuthorizationCode::restore(CodeRecord {
        hash: [1; 32],
        grant: GRANT,
        client: CLIENT.to_owned(),
        redirect_uri: WEB.to_owned(),
        challenge: challenge(),
        resource: Resource::Mcp,
        scope: "read".to_owned(),
        created_at: at(0),
        used_at: None,
    })
}

fn token() -> RefreshToken {
    RefreshToken::restore(RefreshRecord {
        hash: [2; 32],
        grant: GRANT,
        client: CLIENT.to_owned(),
        scope: "read".to_owned(),
        started_at: at(0),
        created_at: at(0),
        used_at: None,
        siblings: 0,
    })
}

/// As the token endpoint goes about it.
fn exchange(body: &Parameters) -> Result<(), OAuthErrorCode> {
    let refuse = |error: OAuthError| error.code;
    let claim = ClientClaim::read(None, body).map_err(refuse)?;
    let client = client_of(sound());
    if claim.id != CLIENT {
        return Err(OAuthErrorCode::InvalidClient);
    }
    claim.check(&client, claim.secret.as_ref().map(|_| [0; 32])).map_err(refuse)?;
    let request = TokenRequest::read(body).map_err(refuse)?;
    request.check(&client).map_err(refuse)?;
    let resources = ResourceSet::new("https://cardium.example".to_owned());
    let named = body.resources();
    let resource = resources.parse(&named).map_err(refuse)?;
    match request {
        TokenRequest::Code { code: given, redirect_uri, verifier } => {
            let with = Redemption {
                client: CLIENT,
                redirect_uri: redirect_uri.as_deref(),
                verifier: &verifier,
                resource: (!named.is_empty()).then_some(resource),
            };
            let known = (given == CODE).then(code).ok_or(OAuthErrorCode::InvalidGrant)?;
            redeem(known, with)
        }
        TokenRequest::Refresh { token: given, scope } => {
            let mut known = (given == TOKEN).then(token).ok_or(OAuthErrorCode::InvalidGrant)?;
            let with = Refresh { client: CLIENT, scope: scope.as_deref() };
            let before = known.clone();
            known.rotate(with, at(1)).map(|_| ()).map_err(|error| {
                assert_eq!(known, before);
                match error {
                    RefreshError::Refused(error) => error.code,
                    RefreshError::Reused => panic!("reused"),
                }
            })
        }
    }
}

fn redeem(mut code: AuthorizationCode, with: Redemption<'_>) -> Result<(), OAuthErrorCode> {
    code.redeem(with, at(1)).map_err(|error| {
        assert_eq!(code.used_at, None);
        match error {
            CodeError::Refused(error) => error.code,
            CodeError::Replayed => panic!("replayed"),
        }
    })
}

fn refused_all(cases: &[Exchange], sound: &[(&str, &str)]) {
    assert_eq!(exchange(&fields(sound, &[], &[])), Ok(()));
    for case in cases {
        let refused = exchange(&fields(sound, case.without, case.with));
        assert_eq!(refused.map_err(|code| code.as_str()), Err(case.error), "{}", case.name);
    }
}

#[test]
fn exchanges_of_the_table_are_refused_and_use_nothing_up() {
    let base = [("client_id", CLIENT), ("redirect_uri", WEB), ("code_verifier", VERIFIER)];
    let code = [("grant_type", "authorization_code"), ("code", CODE)];
    refused_all(CODE_EXCHANGES, &[base.as_slice(), &code].concat());
    let token = [("grant_type", "refresh_token"), ("refresh_token", TOKEN), ("client_id", CLIENT)];
    refused_all(REFRESHES, &token);
}

fn proof(client: &str) -> Redemption<'_> {
    Redemption { client, redirect_uri: Some(WEB), verifier: VERIFIER, resource: None }
}

#[test]
fn a_code_is_good_once_and_for_a_minute() {
    let (mut used, mut late) = (code(), code());
    assert_eq!(used.redeem(proof(CLIENT), at(59)), Ok(()));
    assert_eq!(used.redeem(proof(CLIENT), at(60)), Err(CodeError::Replayed));
    assert_eq!(used.redeem(proof(CLIENT), at(1_000)), Err(CodeError::Replayed), "however late");
    // Whoever has only seen it ends nothing.
    for unproven in [
        Redemption { verifier: "", ..proof(CLIENT) },
        Redemption { verifier: &VERIFIER[1..], ..proof(CLIENT) },
        Redemption { redirect_uri: Some("https://b.example/"), ..proof(CLIENT) },
        Redemption { resource: Some(Resource::V1), ..proof(CLIENT) },
    ] {
        let refused = used.redeem(unproven, at(60));
        assert!(matches!(refused, Err(CodeError::Refused(_))), "{refused:?}");
    }
    assert!(matches!(used.redeem(proof(OTHER), at(60)), Err(CodeError::Refused(_))));
    assert!(matches!(late.redeem(proof(CLIENT), at(60)), Err(CodeError::Refused(_))));
    assert!(matches!(code().redeem(proof(OTHER), at(1)), Err(CodeError::Refused(_))));
}

#[test]
fn processes_of_one_client_may_race() {
    let with = Refresh { client: CLIENT, scope: None };
    let mut token = token();
    assert!(token.rotate(with, at(10)).is_ok());
    for race in 0..REFRESH_SIBLINGS {
        assert!(token.rotate(with, at(11 + race)).is_ok());
    }
    assert_eq!(token.rotate(with, at(20)), Err(RefreshError::Reused));
    let other = Refresh { client: OTHER, scope: None };
    assert!(matches!(token.rotate(other, at(20)), Err(RefreshError::Refused(_))));
}

#[test]
fn a_token_that_comes_late_is_reused() {
    let with = Refresh { client: CLIENT, scope: None };
    let mut token = token();
    assert!(token.rotate(with, at(10)).is_ok());
    assert!(token.rotate(with, at(129)).is_ok());
    assert_eq!(token.rotate(with, at(130)), Err(RefreshError::Reused));
}

#[test]
fn lines_of_tokens_end() {
    let (with, day) = (Refresh { client: CLIENT, scope: None }, 24 * 3_600);
    assert!(token().rotate(with, at(30 * day - 1)).is_ok());
    assert!(matches!(token().rotate(with, at(30 * day)), Err(RefreshError::Refused(_))));
    let mut last = token();
    for days in [29, 58, 87] {
        last.rotate(with, at(days * day)).unwrap();
        last = last.successor([3; 32], at(days * day));
    }
    assert!(last.clone().rotate(with, at(90 * day - 1)).is_ok());
    assert!(last.rotate(with, at(90 * day)).is_err());
}

#[test]
fn a_used_token_is_known_for_a_day_and_an_unused_one_until_it_is_idle() {
    let (with, day) = (Refresh { client: CLIENT, scope: None }, 24 * 3_600);
    let mut token = token();
    assert_eq!(token.kept_until(), at(30 * day));
    token.rotate(with, at(day)).unwrap();
    assert_eq!(token.kept_until(), at(2 * day));
    assert!(matches!(token.rotate(with, at(3 * day)), Err(RefreshError::Reused)));
}

#[test]
fn less_for_once_is_not_less_for_ever() {
    let mut first = token();
    let less = Refresh { client: CLIENT, scope: Some("card:read") };
    let renewal = first.rotate(less, at(1)).unwrap();
    assert_eq!(renewal.scope.text(), "card:read");
    assert_eq!(first.successor([3; 32], at(1)).scope, "read");
}

#[test]
fn clients_with_a_secret_prove_themselves_by_it() {
    let secret = [5; 32];
    let with = |method: AuthMethod, own: Option<[u8; 32]>| {
        let method = Some(method.as_str().to_owned());
        let metadata = ClientMetadata { token_endpoint_auth_method: method, ..sound() };
        Client::restore(ClientRecord { secret: own, ..(*client_of(metadata)).clone() })
    };
    let claim = |method| ClientClaim { id: CLIENT.to_owned(), method, secret: None };
    for own in AuthMethod::ALL {
        for shown in AuthMethod::ALL {
            let kept = (own != AuthMethod::None).then_some(secret);
            for hash in [None, Some(secret), Some([6; 32])] {
                let passes = claim(shown).check(&with(own, kept), hash).is_ok();
                let secret = |method| method != AuthMethod::None;
                let may = secret(own) == secret(shown) && hash == kept;
                assert_eq!(passes, may, "{own:?} {shown:?} {hash:?}");
            }
        }
    }
}

#[test]
fn the_header_of_a_client_is_read_as_written() {
    let none = Parameters::default();
    let read = |text: &str| ClientClaim::read(Some(text), &none);
    let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
    let claim = read(&basic("a%3Ab:c+d%25")).unwrap();
    assert_eq!((claim.id.as_str(), claim.secret.as_deref()), ("a:b", Some("c d%")));
    for bad in ["Bearer x", "Basic", "Basic !", "Basic e30=", &basic(":x"), &basic("x:"), ""] {
        let code = read(bad).map_err(|error| error.code);
        assert_eq!(code, Err(OAuthErrorCode::InvalidClient), "{bad}");
    }
    let both = Parameters::parse(b"client_secret=x");
    assert!(ClientClaim::read(Some(&basic("a:b")), &both).is_err());
    let other = Parameters::parse(b"client_id=x");
    assert!(ClientClaim::read(Some(&basic("a:b")), &other).is_err());
    assert!(ClientClaim::read(Some(&basic("x:b")), &other).is_ok());
}

proptest! {
    /// Whatever the times at which a token comes: at most six successors, all within the grace.
    #[test]
    fn no_token_has_more_successors_than_a_race(
        times in proptest::collection::vec(0_i64..400, 1..20)
    ) {
        let (mut times, mut token) = (times, token());
        times.sort_unstable();
        let with = Refresh { client: CLIENT, scope: None };
        let given: Vec<_> =
            times.into_iter().filter(|second| token.rotate(with, at(*second)).is_ok()).collect();
        prop_assert!(given.len() <= 6);
        prop_assert!(given.iter().all(|second| second - given[0] < 120));
    }

    #[test]
    fn only_the_verifier_itself_proves(text in "[A-Za-z0-9._~-]{43,128}") {
        prop_assert_eq!(challenge().verify(&text).is_ok(), text == VERIFIER);
    }
}
