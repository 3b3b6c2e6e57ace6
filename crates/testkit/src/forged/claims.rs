//! Claims that are none, all of them well signed: what a forger gets who finds a way to have
//! something signed, and what a fault of our own could make.

use serde_json::{Value, json};

use super::{Check, Forge, Forgery, payload_of, tools::forgery};

/// Farther ahead than any clock may be, and than a test takes, in seconds.
const AHEAD_S: i64 = 300;

/// Payloads that are no object, or say something twice.
pub(super) fn shapes(forge: &Forge<'_>) -> Vec<Forgery> {
    let claim = |name: &str, token| forgery(Check::Claims, name, token);
    let text = forge.payload_text();
    let values: Vec<_> =
        ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "gid", "acct"]
            .iter()
            .filter_map(|name| payload_of(forge).get(*name).cloned())
            .collect();
    let mut cases = vec![
        claim("a payload of words", forge.saying("let me in")),
        claim("an empty payload, well signed", forge.saying("")),
        claim("a payload that is null", forge.saying("null")),
        claim("a payload that is a number", forge.saying("1")),
        claim("a payload that is text", forge.saying(&json!(text).to_string())),
        claim("a payload without claims", forge.saying("{}")),
        claim("claims in an array", forge.saying(&json!([payload_of(forge)]).to_string())),
        claim("claims by their places", forge.saying(&Value::Array(values).to_string())),
        claim("two payloads", forge.saying(&format!("{text}{text}"))),
        claim("a payload cut short", forge.saying(text.trim_end_matches('}'))),
        claim("a payload with a byte order mark", forge.saying(&format!("\u{feff}{text}"))),
        claim(
            "claims a level down",
            forge.saying(&json!({"claims": payload_of(forge)}).to_string()),
        ),
        claim(
            "claims nested deeply",
            forge.saying(&format!("{}1{}", "[".repeat(900), "]".repeat(900))),
        ),
    ];
    for (name, more) in [
        ("exp", "\"exp\":4102444800"),
        ("iat", "\"iat\":1"),
        ("sub", "\"sub\":\"acc_00000000000000000000000001\""),
        ("scope", "\"scope\":\"account:read\""),
        ("scope, the same", "\"scope\":\"balance:read\""),
        ("aud", "\"aud\":[]"),
        ("iss", "\"iss\":\"https://attacker.example\""),
        ("gid", "\"gid\":\"grant_00000000000000000000000001\""),
        ("client_id", "\"client_id\":\"other\""),
        ("jti", "\"jti\":\"other\""),
        ("acct", "\"acct\":\"acc_00000000000000000000000001\""),
        ("sub, once escaped", "\"\\u0073ub\":\"acc_00000000000000000000000001\""),
        ("nbf", "\"nbf\":1,\"nbf\":2"),
    ] {
        cases.push(claim(&format!("twice {name}"), forge.with_more(more)));
    }
    cases
}

/// Other makers and other audiences.
pub(super) fn parties(forge: &Forge<'_>) -> Vec<Forgery> {
    let iss = forge.claims.iss.clone();
    let aud = forge.claims.aud.first().cloned().unwrap_or_default();
    let issuers = [
        "https://attacker.example".to_owned(),
        format!("{iss}/"),
        format!("{iss}/v1"),
        format!("{iss}?"),
        format!("{iss}#"),
        format!("{iss}@attacker.example"),
        format!("{iss}.attacker.example"),
        iss.to_uppercase(),
        iss.get(..iss.len().saturating_sub(1)).unwrap_or_default().to_owned(),
        forge.claims.client_id.clone(),
        "null".to_owned(),
    ];
    let audiences = [
        json!(["https://attacker.example/v1"]),
        json!([format!("{aud}/")]),
        json!([format!("{aud}/balance")]),
        json!([aud.get(..aud.len().saturating_sub(1)).unwrap_or_default()]),
        json!([aud.to_uppercase()]),
        json!([iss]),
        json!([forge.claims.client_id]),
        json!(["*"]),
        json!(["a", "b", "c"]),
    ];
    let by = |iss: String| {
        forgery(Check::Issuer, format!("made by {iss}"), forge.with("iss", json!(iss)))
    };
    let mut cases: Vec<_> = issuers.into_iter().map(by).collect();
    cases.extend(audiences.into_iter().map(|value| {
        forgery(Check::Audience, format!("meant for {value}"), forge.with("aud", value))
    }));
    let many: Vec<_> = (0..9).map(|_| aud.clone()).collect();
    for value in [
        json!(null),
        json!([]),
        json!(aud),
        json!([[aud]]),
        json!([1]),
        json!([null]),
        json!(""),
        json!({"0": aud}),
        json!(many),
        json!([aud, ""]),
        json!([aud, "a b"]),
    ] {
        let name: String = format!("aud {value}").chars().take(60).collect();
        cases.push(forgery(Check::Claims, name, forge.with("aud", value)));
    }
    cases
}

/// Moments that are over, to come, or none.
pub(super) fn times(forge: &Forge<'_>) -> Vec<Forgery> {
    let now = forge.claims.iat;
    let mut cases = Vec::new();
    for (name, claim, value) in [
        ("that ends now", "exp", now),
        ("that ended a second ago", "exp", now - 1),
        ("that ended an hour ago", "exp", now - 3_600),
        ("that ended in 1970", "exp", 0),
        ("that ended before 1970", "exp", -1),
        ("that ended at the beginning of time", "exp", i64::MIN),
        ("that lasts a day", "exp", now + 86_400),
        ("that never ends", "exp", i64::MAX),
        ("that ends in 9999", "exp", 253_402_300_799),
        ("whose end is in milliseconds", "exp", (now + 600) * 1_000),
        ("made a little late", "iat", now + AHEAD_S),
        ("made tomorrow", "iat", now + 86_400),
        ("made in milliseconds", "iat", now * 1_000),
        ("made in 1970", "iat", 0),
        ("made before 1970", "iat", -now),
        ("made at the beginning of time", "iat", i64::MIN),
        ("that counts a little later", "nbf", now + AHEAD_S),
        ("that counts tomorrow", "nbf", now + 86_400),
        ("that counts at the end of time", "nbf", i64::MAX),
    ] {
        let token = forge.with(claim, json!(value));
        cases.push(forgery(Check::Time, format!("a token {name}"), token));
    }
    for claim in ["exp", "iat", "nbf"] {
        let text = format!("\"{}\"", now + 60);
        let float = format!("{}.0", now + 60);
        let power = format!("{}e0", now + 60);
        for value in [
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"never\"",
            &text,
            &float,
            &power,
            "1e99",
            "1e400",
            "9223372036854775808",
            "18446744073709551616",
            "-9223372036854775809",
            "1780000600.5",
            "NaN",
            "Infinity",
            "0x6A000000",
            "+1780000600",
            "01780000600",
        ] {
            let token = forge.with_text(claim, value);
            cases.push(forgery(Check::Claims, format!("{claim} {value}"), token));
        }
    }
    cases
}

/// Texts of other types, of other forms, and none.
pub(super) fn texts(forge: &Forge<'_>) -> Vec<Forgery> {
    let mut cases = Vec::new();
    for claim in ["iss", "sub", "jti", "client_id", "scope", "gid", "acct"] {
        let own = payload_of(forge).remove(claim).unwrap_or_default();
        for value in [
            json!(null),
            json!(1),
            json!(true),
            json!([own]),
            json!({"value": own}),
            json!(""),
            json!("x".repeat(1_025)),
            json!("a\u{0}b"),
            json!("a\nb"),
            json!("\u{0430}cc_1"),
            json!("a\u{202e}b"),
        ] {
            let name: String = format!("{claim} {value}").chars().take(60).collect();
            cases.push(forgery(Check::Claims, name, forge.with(claim, value)));
        }
    }
    for claim in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "gid", "acct"] {
        cases.push(forgery(Check::Claims, format!("no {claim}"), forge.without(claim)));
    }
    cases.extend(typed(forge));
    cases
}

/// Texts that are no ids and no scopes, though they could be something else's.
fn typed(forge: &Forge<'_>) -> Vec<Forgery> {
    let (sub, gid) = (forge.claims.sub.as_str(), forge.claims.gid.as_str());
    let (sub_digits, gid_digits) = (digits(sub), digits(gid));
    let other = "acc_00000000000000000000000001";
    let cases = [
        ("sub", gid.to_owned()),
        ("sub", format!("key_{sub_digits}")),
        ("sub", sub_digits.to_owned()),
        ("sub", sub.to_uppercase()),
        ("sub", format!("{sub}0")),
        ("sub", "acc_".to_owned()),
        ("sub", "acc_zzzzzzzzzzzzzzzzzzzzzzzzzz".to_owned()),
        ("sub", "admin".to_owned()),
        ("sub", other.to_owned()),
        ("acct", other.to_owned()),
        ("acct", gid.to_owned()),
        ("gid", sub.to_owned()),
        ("gid", format!("key_{gid_digits}")),
        ("gid", gid_digits.to_owned()),
        ("gid", format!("{gid}/../{gid}")),
        ("gid", "grant_".to_owned()),
        ("gid", "*".to_owned()),
        ("scope", "balance:read everything".to_owned()),
        ("scope", "balance:write".to_owned()),
        ("scope", "Balance:Read".to_owned()),
        ("scope", "*".to_owned()),
        ("scope", "all".to_owned()),
        ("scope", "read".to_owned()),
        ("scope", "balance:read,card:read".to_owned()),
        ("scope", "balance:read  card:read".to_owned()),
        ("scope", " balance:read".to_owned()),
        ("scope", "balance:read ".to_owned()),
        ("scope", "balance:read balance:read".to_owned()),
        ("scope", " ".to_owned()),
    ];
    let case = |(claim, value): (&str, String)| {
        forgery(Check::Claims, format!("{claim} {value:?}"), forge.with(claim, json!(value)))
    };
    cases.into_iter().map(case).collect()
}

fn digits(id: &str) -> &str {
    id.split_once('_').map_or("", |(_, digits)| digits)
}
