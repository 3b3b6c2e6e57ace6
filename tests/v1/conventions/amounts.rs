//! Amounts: exact decimals in, exact decimals out.

use cardium_testkit::Backend;

use crate::{
    on_both,
    support::{Server, usd},
};

on_both! {
    amounts_are_read_exactly;
    what_is_no_amount_is_refused_and_changes_nothing;
}

type Refusal = (u16, &'static str);
const INVALID: Refusal = (400, "invalid_field");
const PRECISION: Refusal = (422, "invalid_precision");

/// What is written as an amount, and how it is refused.
const WRONG: [(&str, Refusal); 47] = [
    ("0", INVALID),
    ("-0", INVALID),
    ("0.00", INVALID),
    ("-5", INVALID),
    ("-0.01", INVALID),
    ("1000000.01", INVALID),
    ("1e400", INVALID),
    ("-1e400", INVALID),
    ("1e2147483648", INVALID),
    ("1e99999999999999999999", INVALID),
    ("1e28", INVALID),
    ("9e28", INVALID),
    ("9.9e28", INVALID),
    ("9999999999999999999999999999e20", INVALID),
    ("79228162514264337593543950335e1", INVALID),
    ("9223372036854775807", INVALID),
    ("9223372036854775808", INVALID),
    ("92233720368547758.08", INVALID),
    ("340282366920938463463374607431768211456", INVALID),
    ("20.001", PRECISION),
    ("\"20.001\"", PRECISION),
    ("1e-400", PRECISION),
    ("20.0000000000000000000000000001", PRECISION),
    ("20.000000000000000000000000000000000001", PRECISION),
    ("\"NaN\"", INVALID),
    ("\"Infinity\"", INVALID),
    ("\"-Infinity\"", INVALID),
    ("\"\"", INVALID),
    ("\" 20\"", INVALID),
    ("\"20 \"", INVALID),
    ("\"20,00\"", INVALID),
    ("\"1_000\"", INVALID),
    ("\"0x14\"", INVALID),
    ("\"$20\"", INVALID),
    ("\"٢٠\"", INVALID),
    ("\"2O\"", INVALID),
    ("\"--5\"", INVALID),
    ("\"+-5\"", INVALID),
    ("\".\"", INVALID),
    ("\"e5\"", INVALID),
    ("true", INVALID),
    ("[]", INVALID),
    ("[20]", INVALID),
    ("{}", INVALID),
    ("{\"amount\":20}", INVALID),
    ("20.000000000000000000000000000000000001e0", PRECISION),
    ("0.20000000000000000000000000000000000001e2", PRECISION),
];

fn amounts_are_read_exactly(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (written, read) in [
        ("20", "20.00"),
        ("20.5", "20.50"),
        ("20.50", "20.50"),
        ("\"20.50\"", "20.50"),
        ("\"20\"", "20.00"),
        ("2e1", "20.00"),
        ("2.05E+1", "20.50"),
        ("20.50000000000000000000", "20.50"),
        ("200000e-4", "20.00"),
        ("99999.99", "99999.99"),
        ("487.20", "487.20"),
        // None of these is the double next to it.
        ("1001.29", "1001.29"),
        ("90071.99", "90071.99"),
    ] {
        let reply = client.post_raw("/v1/topups", format!("{{\"amount_usd\":{written}}}"));
        let topup = reply.expect(201);
        assert_eq!(usd(&topup, "amount_usd"), read, "{written}");
        let shown = format!("\"amount_usd\":{read},");
        assert!(String::from_utf8_lossy(&reply.body).contains(&shown), "{written}");
    }
}

fn what_is_no_amount_is_refused_and_changes_nothing(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    client.fund("500.00");
    let card = client.card(Some("100.00"));
    let before = (client.holdings(), server.events(client.account()));
    let long = format!("1{}", "0".repeat(100_000));
    let long_text = format!("\"{long}\"");
    let wrong = WRONG.into_iter().chain([(&*long, INVALID), (&*long_text, INVALID)]);
    for (written, (status, code)) in wrong {
        let shown = &written[..written.len().min(60)];
        let body = format!("{{\"amount_usd\":{written}}}");
        for path in [
            "/v1/topups".to_owned(),
            format!("/v1/cards/{card}/load"),
            format!("/v1/cards/{card}/unload"),
        ] {
            let refused = client.post_raw(&path, body.clone());
            assert_eq!(refused.status, status, "{path} {shown}: {refused:?}");
            refused.expect_error(status, code, Some("amount_usd"));
        }
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}
