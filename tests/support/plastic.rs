use serde_json::{Value, json};

/// Where test cards are sent.
pub fn address() -> Value {
    json!({
        "name": "Ada Example", "line1": "12 Canary Wharf", "line2": "Flat 3", "city": "London",
        "state": null, "postal_code": "E14 5AB", "country": "GB", "phone": "+44 20 7946 0018",
    })
}

/// A request for a physical card.
pub fn plastic() -> Value {
    json!({"type": "physical", "shipping": address()})
}
