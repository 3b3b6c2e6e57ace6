//! What a header says of algorithm and type, and what it says besides.

use serde_json::{Value, json};

use super::{
    Check, Forge, Forgery, header_of,
    tools::{forgery, header_with, message},
};

/// Spellings of `none` and of other algorithms, with and without a signature.
pub(super) fn algorithms(forge: &Forge<'_>) -> Vec<Forgery> {
    let payload = forge.payload_text();
    let mut cases = Vec::new();
    for alg in
        [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!("none "), json!("")]
    {
        let header = header_with(forge.key, "alg", alg.clone());
        let bare = format!("{}.", message(&header, &payload));
        cases.push(forgery(Check::Algorithm, format!("alg {alg}, no signature"), bare));
        let name = format!("alg {alg}, well signed");
        cases.push(forgery(Check::Algorithm, name, forge.under(&header)));
    }
    for alg in [
        json!(null),
        json!(["ES256"]),
        json!(256),
        json!(true),
        json!({"alg": "ES256"}),
        json!("es256"),
        json!("Es256"),
        json!("ES256 "),
        json!(" ES256"),
        json!("ES-256"),
        json!("ES256\u{0}"),
        json!("ES384"),
        json!("ES512"),
        json!("ES256K"),
        json!("HS256"),
        json!("RS256"),
        json!("PS256"),
        json!("EdDSA"),
        json!("ECDH-ES"),
        json!("RSA-OAEP"),
        json!("dir"),
        json!("ESP256"),
        json!("\u{ff25}S256"),
    ] {
        let name = format!("alg {alg} on a signature with ES256");
        cases.push(forgery(Check::Algorithm, name, forge.under_with("alg", alg)));
    }
    let header = json!({"typ": "at+jwt", "kid": forge.key.kid()}).to_string();
    cases.push(forgery(Check::Algorithm, "no alg", forge.under(&header)));
    cases
}

/// Types of other tokens, and spellings of ours.
pub(super) fn types(forge: &Forge<'_>) -> Vec<Forgery> {
    let mut cases: Vec<_> = [
        json!(null),
        json!(""),
        json!("JWT"),
        json!("jwt"),
        json!("JWS"),
        json!("JOSE"),
        json!("at+JWT"),
        json!("AT+JWT"),
        json!("At+jwt"),
        json!("at jwt"),
        json!("at+jwt "),
        json!("atjwt"),
        json!("at+jwt;v=1"),
        json!("application/AT+JWT"),
        json!("application/jwt"),
        json!("application/application/at+jwt"),
        json!("text/at+jwt"),
        json!("id+jwt"),
        json!("id_token"),
        json!("dpop+jwt"),
        json!("logout+jwt"),
        json!("secevent+jwt"),
        json!("token-introspection+jwt"),
        json!("client-authentication+jwt"),
        json!("oauth-authz-req+jwt"),
        json!("rt+jwt"),
        json!(["at+jwt"]),
        json!(1),
    ]
    .into_iter()
    .map(|typ| forgery(Check::Type, format!("typ {typ}"), forge.under_with("typ", typ)))
    .collect();
    let header = json!({"alg": "ES256", "kid": forge.key.kid()}).to_string();
    cases.push(forgery(Check::Type, "no typ", forge.under(&header)));
    cases
}

/// Members that our tokens do not have, members given twice, and headers that are no object.
pub(super) fn members(forge: &Forge<'_>) -> Vec<Forgery> {
    let refused = |name: String, header: &str| forgery(Check::Members, name, forge.under(header));
    let mut cases: Vec<_> = more()
        .into_iter()
        .map(|(member, value)| {
            let name = format!("a header with {member}: {value}");
            refused(name, &header_with(forge.key, member, value))
        })
        .collect();
    let genuine = header_of(forge.key).to_string();
    let inner = genuine.trim_start_matches('{').trim_end_matches('}');
    let kid = forge.key.kid();
    for (name, header) in [
        ("alg twice, none first", format!(r#"{{"alg":"none",{inner}}}"#)),
        ("alg twice, none last", format!(r#"{{{inner},"alg":"none"}}"#)),
        ("alg twice, the same", format!(r#"{{{inner},"alg":"ES256"}}"#)),
        ("alg twice, once escaped", format!(r#"{{{inner},"\u0061lg":"HS256"}}"#)),
        ("typ twice", format!(r#"{{"typ":"JWT",{inner}}}"#)),
        ("kid twice", format!(r#"{{{inner},"kid":"other"}}"#)),
        ("a header that is an array", format!(r#"["ES256","at+jwt","{kid}"]"#)),
        ("a header that is text", r#""ES256""#.to_owned()),
        ("a header that is null", "null".to_owned()),
        ("a header without members", "{}".to_owned()),
        ("an empty header", String::new()),
        ("a header that is no JSON", "alg=ES256".to_owned()),
        ("a header with something behind it", format!("{genuine}{{}}")),
        ("a header with a byte order mark", format!("\u{feff}{genuine}")),
        ("a header with a comma too many", format!("{{{inner},}}")),
        ("a header with a comment", format!("{{/* */{inner}}}")),
        ("a header in single quotes", genuine.replace('"', "'")),
        ("a header cut short", format!("{{{inner}")),
        ("a header encoded twice", super::tools::encode(&genuine)),
    ] {
        cases.push(refused(name.to_owned(), &header));
    }
    cases
}

fn more() -> Vec<(&'static str, Value)> {
    vec![
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("crit", json!(null)),
        ("crit", json!(["http://example.com/undefined"])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("zip", json!(null)),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
        ("cty", json!("at+jwt")),
        ("p2c", json!(2_147_483_647)),
        ("epk", json!({"kty": "EC", "crv": "P-256"})),
        ("iv", json!("AAAAAAAAAAAAAAAA")),
        ("nonce", json!("n")),
        ("url", json!("https://attacker.example/")),
        ("iss", json!("https://attacker.example")),
        ("exp", json!(4_102_444_800_i64)),
        ("ALG", json!("none")),
        ("__proto__", json!({"alg": "none"})),
    ]
}
