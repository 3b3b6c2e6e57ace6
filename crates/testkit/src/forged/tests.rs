//! Every case is refused; and a verifier that forgets any one check lets some of them through.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use cardium_app::access_tokens::{Realm, read_access_token};
use cardium_auth::Scope;
use cardium_kernel::{AccountId, GrantId, Timestamp};
use cardium_vault::jwt::{LEEWAY_S, LONGEST_TOKEN, SigningKey, TokenClaims, VerifyingKeys};
use data_encoding::{BASE64URL_NOPAD, Specification};
use serde_json::Value;

use super::{Check, Forge, Forgery, MANY};

const NOW: i64 = 1_780_000_000;
const ISSUER: &str = "https://cards.example";

fn key(seed: u8) -> SigningKey {
    SigningKey::generate(&[seed; 32]).expect("32 bytes make a key")
}

fn claims() -> TokenClaims {
    let account = AccountId::new(0x77).to_string();
    TokenClaims {
        iss: ISSUER.to_owned(),
        sub: account.clone(),
        aud: Realm::audiences_of(ISSUER),
        exp: NOW + 600,
        iat: NOW,
        nbf: None,
        jti: "genuine".to_owned(),
        client_id: "client".to_owned(),
        scope: "balance:read card:read".to_owned(),
        gid: GrantId::new(0x99).to_string(),
        acct: account,
    }
}

fn with_forge<T>(work: impl FnOnce(&Forge<'_>) -> T) -> T {
    let (key, retired) = (key(1), key(2));
    work(&Forge { key: &key, retired: &retired, claims: claims() })
}

fn product_takes(forge: &Forge<'_>, token: &str) -> bool {
    let keys = VerifyingKeys::new([forge.key.public()]);
    let realm = Realm::Fixed(ISSUER.into());
    read_access_token(token, &keys, &realm, Timestamp::from_unix_seconds(NOW)).is_ok()
}

#[test]
fn every_forged_token_is_refused_and_the_genuine_one_beside_it_is_not() {
    with_forge(|forge| {
        assert!(product_takes(forge, &forge.genuine()));
        for forgery in forge.forgeries().into_iter().chain(forge.unsendable()) {
            assert!(!product_takes(forge, &forgery.token), "taken: {}", forgery.name);
        }
        assert!(product_takes(forge, &forge.genuine()));
    });
}

#[test]
fn the_cases_are_many_and_differ() {
    with_forge(|forge| {
        let cases = forge.forgeries();
        assert!(cases.len() >= MANY, "{}", cases.len());
        let mut names = BTreeSet::new();
        for case in &cases {
            assert!(names.insert(&case.name), "twice: {}", case.name);
        }
        let tokens: BTreeSet<_> = cases.iter().map(|case| &case.token).collect();
        assert_eq!(tokens.len(), cases.len());
        for case in &cases {
            let sendable = !case.token.contains(['\n', '\r', '\0']);
            assert!(sendable && case.token == case.token.trim(), "{}", case.name);
        }
    });
}

#[test]
fn a_verifier_that_forgets_a_check_lets_some_of_its_cases_through() {
    with_forge(|forge| {
        let cases: Vec<_> = forge.forgeries().into_iter().chain(forge.unsendable()).collect();
        let taken = |forgotten: Option<Check>| -> Vec<&Forgery> {
            cases.iter().filter(|case| Careless { forgotten }.takes(forge, &case.token)).collect()
        };
        let names: Vec<_> = taken(None).into_iter().map(|case| &case.name).collect();
        assert!(names.is_empty(), "a verifier with all checks takes {names:?}");
        for check in Check::ALL {
            let of_it = taken(Some(check)).into_iter().any(|case| case.check == check);
            assert!(of_it, "nothing shows that {check:?} is checked");
        }
    });
}

#[test]
fn a_verifier_that_forgets_the_type_takes_an_id_token() {
    with_forge(|forge| {
        let cases = forge.forgeries();
        let case = cases.iter().find(|case| case.name == "typ \"id_token\"").expect("a case");
        assert!(Careless { forgotten: Some(Check::Type) }.takes(forge, &case.token));
        assert!(!Careless { forgotten: None }.takes(forge, &case.token));
    });
}

/// A verifier of its own, written check by check, that forgets one of them.
struct Careless {
    forgotten: Option<Check>,
}

impl Careless {
    fn takes(&self, forge: &Forge<'_>, token: &str) -> bool {
        self.judge(forge, token).is_some()
    }

    fn holds(&self, check: Check, holds: bool) -> Option<()> {
        (holds || self.forgotten == Some(check)).then_some(())
    }

    fn judge(&self, forge: &Forge<'_>, token: &str) -> Option<()> {
        self.holds(Check::Form, token.len() <= LONGEST_TOKEN)?;
        let mut parts = token.split('.');
        let (header, payload) = (parts.next()?, parts.next()?);
        let signature = parts.next()?;
        self.holds(Check::Form, parts.next().is_none())?;
        let signed = format!("{header}.{payload}");
        let [header, payload, signature] =
            [header, payload, signature].map(|part| self.decode(part));
        self.check_header(forge, &header?)?;
        let point = forge.key.public().point();
        let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &signature?)
            .is_ok();
        self.holds(Check::Signature, verified)?;
        self.check_payload(&payload?)
    }

    fn decode(&self, part: &str) -> Option<Vec<u8>> {
        if self.forgotten != Some(Check::Form) {
            return BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        }
        let mut lenient = Specification::new();
        lenient
            .symbols
            .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        lenient.translate.from.push_str("+/");
        lenient.translate.to.push_str("-_");
        lenient.check_trailing_bits = false;
        lenient.ignore.push_str("= \t*%~");
        lenient.encoding().ok()?.decode(part.as_bytes()).ok()
    }

    fn check_header(&self, forge: &Forge<'_>, header: &[u8]) -> Option<()> {
        let text = String::from_utf8(header.to_vec()).ok()?;
        let header: Value = serde_json::from_str(&text).ok()?;
        let members = header.as_object()?;
        let known = ["alg", "typ", "kid"];
        let strange = members.keys().any(|member| !known.contains(&member.as_str()));
        self.holds(Check::Members, !strange && text.matches("\":").count() <= known.len())?;
        self.holds(Check::Algorithm, header["alg"] == "ES256")?;
        let types = ["at+jwt", "application/at+jwt"];
        self.holds(Check::Type, types.iter().any(|typ| header["typ"] == *typ))?;
        self.holds(Check::KeyId, header["kid"] == forge.key.kid())
    }

    fn check_payload(&self, payload: &[u8]) -> Option<()> {
        let text = String::from_utf8(payload.to_vec()).ok()?;
        let payload: Value = serde_json::from_str(&text).ok()?;
        let claims = payload.as_object()?;
        let once = text.matches("\":").count() == claims.len();
        self.holds(Check::Claims, once && well_formed(&payload).is_some())?;
        self.holds(Check::Issuer, payload["iss"] == ISSUER)?;
        let ours = Realm::audiences_of(ISSUER);
        let meant = payload["aud"].as_array().into_iter().flatten();
        let meant = meant.filter_map(Value::as_str).any(|aud| ours.iter().any(|our| our == aud));
        self.holds(Check::Audience, meant)?;
        let number = |claim: &str| payload[claim].as_i64();
        let (exp, iat) = (number("exp")?, number("iat")?);
        let begun = number("nbf").is_none_or(|from| from <= NOW + LEEWAY_S);
        let lasts = exp.saturating_sub(iat) <= 3_600;
        self.holds(Check::Time, exp > NOW && iat <= NOW + LEEWAY_S && begun && lasts)
    }
}

fn well_formed(payload: &Value) -> Option<()> {
    let text = |claim: &str| {
        let text = payload[claim].as_str()?;
        let plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        (plain && (1..=1_024).contains(&text.len())).then_some(text)
    };
    let (sub, gid) = (AccountId::parse(text("sub")?), GrantId::parse(text("gid")?));
    let (_, _) = (sub.ok()?, gid.ok()?);
    let _parties = (text("iss")?, text("jti")?, text("client_id")?);
    let same = text("acct")? == text("sub")?;
    let words: Vec<_> = text("scope")?.split(' ').collect();
    let different: BTreeSet<_> = words.iter().collect();
    let known = words.iter().all(|word| Scope::parse(word).is_some());
    let audiences = payload["aud"].as_array()?;
    let texts = audiences
        .iter()
        .all(|aud| aud.as_str().is_some_and(|text| !text.is_empty() && !text.contains(' ')));
    let few = (1..=8).contains(&audiences.len());
    payload["exp"].as_i64().zip(payload["iat"].as_i64())?;
    let optional = payload.get("nbf").is_none_or(|from| from.as_i64().is_some());
    (same && known && different.len() == words.len() && texts && few && optional).then_some(())
}
