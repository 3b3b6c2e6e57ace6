//! Keys: public ones used as secrets, other keys' names, and keys that a token brings along.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
        RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair,
    },
};
use cardium_vault::jwt::{PublicJwk, SigningKey};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

use super::{
    Check, Forge, Forgery, header_of,
    tools::{alien, encode, forgery, header_with, message, signed},
};

/// The ASN.1 in front of an uncompressed point of P-256 in a SubjectPublicKeyInfo (RFC 5480).
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Signatures of other algorithms, under the genuine key's name.
pub(super) fn secrets(forge: &Forge<'_>) -> Vec<Forgery> {
    let mut cases = Vec::new();
    for (alg, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for (form, secret) in public_forms(forge.key) {
            let tag = |text: &str| {
                let key = hmac::Key::new(algorithm, &secret);
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            };
            let name = format!("{alg} with {form} as its secret");
            cases.push(forgery(Check::Algorithm, name, forge.tagged(alg, tag)));
        }
    }
    let tag = |text: &str| {
        let [_, (_, point), ..] = public_forms(forge.key);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &point);
        hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    };
    let token = forge.tagged("ES256", tag);
    cases.push(forgery(Check::Signature, "HS256 that calls itself ES256", token));
    cases.extend(asymmetric(forge));
    cases
}

fn asymmetric(forge: &Forge<'_>) -> Vec<Forgery> {
    let rng = SystemRandom::new();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key is made");
    let schemes = [
        ("RS256", &RSA_PKCS1_SHA256),
        ("RS384", &RSA_PKCS1_SHA384),
        ("RS512", &RSA_PKCS1_SHA512),
        ("PS256", &RSA_PSS_SHA256),
        ("PS384", &RSA_PSS_SHA384),
        ("PS512", &RSA_PSS_SHA512),
    ];
    let mut cases: Vec<_> = schemes
        .into_iter()
        .map(|(alg, scheme)| {
            let token = forge.tagged(alg, |text| {
                let mut tag = vec![0; rsa.public_modulus_len()];
                rsa.sign(scheme, &rng, text.as_bytes(), &mut tag).expect("the library signs");
                tag
            });
            forgery(Check::Algorithm, format!("{alg} with a key of the forger's"), token)
        })
        .collect();
    for (alg, scheme) in [
        ("ES384", &ECDSA_P384_SHA384_FIXED_SIGNING),
        ("ES256K", &ECDSA_P256K1_SHA256_FIXED_SIGNING),
    ] {
        let pair = EcdsaKeyPair::generate(scheme).expect("a key is made");
        let sign = |text: &str| {
            let tag = pair.sign(&rng, text.as_bytes()).expect("the library signs");
            tag.as_ref().to_vec()
        };
        let name = format!("{alg} with a key of the forger's");
        cases.push(forgery(Check::Algorithm, name, forge.tagged(alg, sign)));
        let name = format!("{alg} that calls itself ES256");
        cases.push(forgery(Check::Signature, name, forge.tagged("ES256", sign)));
    }
    let edwards = Ed25519KeyPair::generate().expect("a key is made");
    for (alg, check) in
        [("EdDSA", Check::Algorithm), ("Ed25519", Check::Algorithm), ("ES256", Check::Signature)]
    {
        let token = forge.tagged(alg, |text| edwards.sign(text.as_bytes()).as_ref().to_vec());
        cases.push(forgery(check, format!("a signature with Ed25519 as {alg}"), token));
    }
    cases
}

/// All that a forger knows of the public key, as bytes.
fn public_forms(key: &SigningKey) -> [(&'static str, Vec<u8>); 8] {
    let point = key.public().point();
    let der = [SPKI.as_slice(), &point].concat();
    let body = BASE64.encode(&der);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"),);
    let jwk = jwk(key.public()).to_string();
    [
        ("the DER", der),
        ("the point", point.clone()),
        ("the PEM", pem.clone().into_bytes()),
        ("the PEM without its last line break", pem.trim_end().as_bytes().to_vec()),
        ("the JWK", jwk.into_bytes()),
        ("x and y", point.get(1..).unwrap_or_default().to_vec()),
        ("the key's id", key.kid().as_bytes().to_vec()),
        ("nothing", Vec::new()),
    ]
}

fn jwk(key: &PublicJwk) -> Value {
    serde_json::to_value(key).expect("a JWK is JSON")
}

/// Names of keys: none, others', and texts that a careless look-up would obey.
pub(super) fn names(forge: &Forge<'_>) -> Vec<Forgery> {
    let (kid, alien) = (forge.key.kid(), alien());
    let payload = forge.payload_text();
    let mut cases: Vec<_> = [
        json!(null),
        json!(""),
        json!(0),
        json!([kid]),
        json!({"kid": kid}),
        json!("1"),
        json!("unknown"),
        json!("../../../../dev/null"),
        json!("/proc/sys/kernel/randomize_va_space"),
        json!("file:///dev/null"),
        json!("https://attacker.example/key.json"),
        json!("' OR '1'='1"),
        json!("x' UNION SELECT 'key"),
        json!("'; DROP TABLE oauth_keys; --"),
        json!("|whoami"),
        json!("$(whoami)"),
        json!("{{7*7}}"),
        json!("%00"),
        json!("*"),
        json!(format!("{kid}\u{0}")),
        json!(format!("\u{0}{kid}")),
        json!(format!("{kid} ")),
        json!(format!("{kid}=")),
        json!(format!("{kid}/../{kid}")),
        json!(kid.to_uppercase() + "A"),
        json!(kid.get(..42)),
        json!(alien.kid()),
        json!("k".repeat(2_000)),
    ]
    .into_iter()
    .map(|kid| {
        let name: String = format!("kid {kid}").chars().take(60).collect();
        forgery(Check::KeyId, name, forge.under_with("kid", kid))
    })
    .collect();
    let none = json!({"alg": "ES256", "typ": "at+jwt"}).to_string();
    cases.push(forgery(Check::KeyId, "no kid", forge.under(&none)));
    let ours = header_of(forge.key).to_string();
    for (name, check, header, key) in [
        (
            "a key that was retired",
            Check::KeyId,
            header_of(forge.retired).to_string(),
            forge.retired,
        ),
        ("a retired key in the name of ours", Check::Signature, ours.clone(), forge.retired),
        ("the forger's key in the name of ours", Check::Signature, ours, &alien),
        ("the forger's key in its own name", Check::KeyId, header_of(&alien).to_string(), &alien),
        ("the forger's key without a name", Check::KeyId, none, &alien),
    ] {
        cases.push(forgery(check, format!("signed with {name}"), signed(key, &header, &payload)));
    }
    cases
}

/// Keys, or places of keys, in the header; each with our name and with the forger's.
pub(super) fn injected(forge: &Forge<'_>) -> Vec<Forgery> {
    let alien = alien();
    let certificate = BASE64.encode(&[SPKI.as_slice(), &alien.public().point()].concat());
    let thumb = alien.kid().to_owned();
    let injections = [
        ("jwk", jwk(alien.public())),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("https://attacker.example/chain.pem")),
        ("x5c", json!([certificate])),
        ("x5t", json!(thumb)),
        ("x5t#S256", json!(thumb)),
    ];
    let payload = forge.payload_text();
    let mut cases = Vec::new();
    for (member, value) in injections {
        for (whose, key) in [("our", forge.key), ("the forger's", &alien)] {
            let header = header_with(key, member, value.clone());
            let name = format!("{member} of the forger's key in {whose} name");
            let check = if whose == "our" { Check::Signature } else { Check::KeyId };
            cases.push(forgery(check, name, signed(&alien, &header, &payload)));
        }
    }
    let ours = header_with(forge.key, "jwk", jwk(forge.key.public()));
    cases.push(forgery(Check::Members, "our own key as jwk", forge.under(&ours)));
    let secret = b"secret";
    let oct = json!({"kty": "oct", "k": encode(secret)});
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": forge.key.kid(), "jwk": oct});
    let text = message(&header.to_string(), &payload);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
    let token = format!("{text}.{}", BASE64URL_NOPAD.encode(tag.as_ref()));
    cases.push(forgery(Check::Algorithm, "a secret as jwk", token));
    cases
}

impl Forge<'_> {
    /// Under the genuine key's name and another algorithm, with a tag of its own.
    fn tagged(&self, alg: &str, tag: impl Fn(&str) -> Vec<u8>) -> String {
        let header = header_with(self.key, "alg", json!(alg));
        let text = message(&header, &self.payload_text());
        let tag = tag(&text);
        format!("{text}.{}", encode(tag))
    }
}
