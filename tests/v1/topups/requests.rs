//! Asking for a top-up.

use base64::{Engine, engine::general_purpose::STANDARD};
use cardium_testkit::Backend;
use serde_json::{Value, json};

use super::{amounts, status};
use crate::{
    on_both,
    support::{Server, assert_fields, text, usd},
};

on_both! {
    a_topup_gets_an_address_and_a_code_to_scan;
    the_amount_decides_on_the_book_unless_the_request_does;
    requests_are_refused_by_field;
    every_chain_is_served;
}

const FIELDS: [&str; 23] = [
    "id",
    "object",
    "mode",
    "asset",
    "chain",
    "deposit_address",
    "amount_usd",
    "amount_asset",
    "status",
    "lifecycle_status",
    "expired",
    "late",
    "txid",
    "payment_uri",
    "qr_data_uri",
    "confirmations",
    "received_usd",
    "pending_usd",
    "remaining_usd",
    "metadata",
    "expires_at",
    "created_at",
    "updated_at",
];

/// Reads a QR code from an image in a data URI.
fn scan(uri: &str) -> String {
    let data = uri.strip_prefix("data:image/png;base64,").expect("a PNG image");
    let image = STANDARD.decode(data).expect("base64");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(image));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG image");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a small image")];
    let info = reader.next_frame(&mut pixels).expect("the image is whole");
    let (width, height) = (info.width as usize, info.height as usize);
    let luma = |x: usize, y: usize| pixels[y * info.line_size + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, luma);
    let grids = prepared.detect_grids();
    grids.first().expect("a QR code").decode().expect("the code reads").1
}

fn a_topup_gets_an_address_and_a_code_to_scan(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let body = json!({"amount_usd": 500, "asset": "USDT", "chain": "tron"});
    let topup = client.topup(&body);
    assert_fields(&topup, &FIELDS);
    assert!(text(&topup, "id").starts_with("top_"));
    assert_eq!((text(&topup, "object"), text(&topup, "mode")), ("topup", "live"));
    assert_eq!((text(&topup, "asset"), text(&topup, "chain")), ("USDT", "tron"));
    assert_eq!(status(&topup), ("awaiting", "pending"));
    assert_eq!(amounts(&topup), ["0.00", "0.00", "500.00"]);
    assert_eq!((&topup["expired"], &topup["late"]), (&json!(false), &json!(false)));
    assert_eq!((&topup["txid"], text(&topup, "amount_asset")), (&Value::Null, "500.00"));
    assert_eq!(topup["confirmations"], json!({"seen": 0, "required": 20}));
    assert!(text(&topup, "deposit_address").starts_with("sim_tron_"));
    let uri = text(&topup, "payment_uri");
    assert!(uri.contains(text(&topup, "deposit_address")), "{uri}");
    assert_eq!(scan(text(&topup, "qr_data_uri")), uri);
    let read = client.get(&format!("/v1/topups/{}", text(&topup, "id"))).expect(200);
    assert_eq!(read, topup);
    let list = client.get("/v1/topups").expect(200);
    let mut listed = topup;
    listed.as_object_mut().expect("an object").remove("qr_data_uri");
    assert_eq!(
        list,
        json!({"object": "list", "data": [listed], "has_more": false,
        "next_cursor": null})
    );
}

fn the_amount_decides_on_the_book_unless_the_request_does(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (body, mode) in [
        (json!({"amount_usd": "20.00"}), "sandbox"),
        (json!({"amount_usd": 199.99}), "sandbox"),
        (json!({"amount_usd": 200}), "live"),
        (json!({"amount_usd": 200, "mode": "sandbox"}), "sandbox"),
        (json!({"amount_usd": 20, "mode": "live"}), "live"),
    ] {
        assert_eq!(text(&client.topup(&body), "mode"), mode, "{body}");
    }
    let body = json!({"name": "sandbox", "mode": "sandbox"});
    let key = client.post("/v1/api_keys", &body).expect(201);
    let key = client.with_token(text(&key, "key"));
    assert_eq!(text(&key.topup(&json!({"amount_usd": 500})), "mode"), "sandbox");
}

fn requests_are_refused_by_field(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    let before = (client.holdings(), server.events(client.account()));
    for (body, status, code, param) in [
        (json!({}), 400, "missing_required_field", "amount_usd"),
        (json!({"amount_usd": 19.99}), 422, "amount_below_minimum", "amount_usd"),
        (json!({"amount_usd": "100000.01"}), 422, "amount_above_maximum", "amount_usd"),
        (json!({"amount_usd": 0}), 400, "invalid_field", "amount_usd"),
        (json!({"amount_usd": -20}), 400, "invalid_field", "amount_usd"),
        (json!({"amount_usd": 20.001}), 422, "invalid_precision", "amount_usd"),
        (json!({"amount_usd": 20, "asset": "BTC"}), 422, "unsupported_asset_chain", "asset"),
        (json!({"amount_usd": 20, "chain": "solana"}), 422, "unsupported_asset_chain", "chain"),
        (json!({"amount_usd": 20, "mode": "test"}), 400, "invalid_field", "mode"),
    ] {
        client.post("/v1/topups", &body).expect_error(status, code, Some(param));
    }
    assert_eq!((client.holdings(), server.events(client.account())), before);
}

fn every_chain_is_served(backend: Backend) {
    let server = Server::shared(backend);
    let client = server.sign_up();
    for (chain, required) in [("tron", 20), ("ethereum", 12), ("bsc", 15)] {
        let topup = client.topup(&json!({"amount_usd": 123.45, "chain": chain}));
        assert_eq!(topup["confirmations"]["required"], required, "{chain}");
        assert_eq!(text(&topup, "amount_asset"), "123.45", "{chain}");
        let paid = client.deposit(&topup, &json!({"confirmations": "final"}));
        assert_eq!(usd(&paid, "received_usd"), "123.45", "{chain}");
    }
    assert_eq!(client.available(), "370.35");
}
