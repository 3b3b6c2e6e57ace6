//! Where plastic is sent.

use cardium_cards::{Shipping, ShippingError, ShippingRecord};
use cardium_kernel::{Country, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    controls::country,
    field::{invalid, required},
};

/// A label shows no control characters.
const PRINTED: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

/// Where a physical card is sent.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShippingIn {
    /// Who receives it.
    #[schemars(required, length(min = 1, max = 100), regex(pattern = PRINTED))]
    name: Option<String>,
    /// Street and number.
    #[schemars(required, length(min = 1, max = 100), regex(pattern = PRINTED))]
    line1: Option<String>,
    /// A second line.
    #[schemars(length(max = 100), regex(pattern = PRINTED))]
    line2: Option<String>,
    /// Town.
    #[schemars(required, length(min = 1, max = 100), regex(pattern = PRINTED))]
    city: Option<String>,
    /// State, province or region.
    #[schemars(length(max = 100), regex(pattern = PRINTED))]
    state: Option<String>,
    /// Postal code.
    #[schemars(required, length(min = 1, max = 20), regex(pattern = PRINTED))]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schemars(required, regex(pattern = "^[A-Z]{2}$"))]
    country: Option<String>,
    /// Whom the carrier may call.
    #[schemars(length(min = 1, max = 32), regex(pattern = "^[0-9 +().-]+$"))]
    phone: Option<String>,
}

impl ShippingIn {
    /// The address.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_country`.
    pub fn parse(self) -> Result<Shipping, Problem> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let record = ShippingRecord {
            name: required(self.name, "shipping.name")?,
            line1: required(self.line1, "shipping.line1")?,
            line2: given(self.line2),
            city: required(self.city, "shipping.city")?,
            state: given(self.state),
            postal_code: required(self.postal_code, "shipping.postal_code")?,
            country: Some(country(
                &required(self.country, "shipping.country")?,
                "shipping.country",
            )?),
            phone: self.phone,
        };
        Shipping::try_new(record).map_err(refuse)
    }
}

fn refuse(error: ShippingError) -> Problem {
    invalid(&format!("shipping.{}", error.field()), &error.to_string())
}

/// Where a card is sent, as it is shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShippingOut {
    name: String,
    line1: String,
    line2: Option<String>,
    city: String,
    state: Option<String>,
    postal_code: String,
    country: Option<String>,
    phone: Option<String>,
}

impl From<&Shipping> for ShippingOut {
    fn from(shipping: &Shipping) -> Self {
        Self {
            name: shipping.name.clone(),
            line1: shipping.line1.clone(),
            line2: shipping.line2.clone(),
            city: shipping.city.clone(),
            state: shipping.state.clone(),
            postal_code: shipping.postal_code.clone(),
            country: shipping.country.as_ref().map(Country::to_string),
            phone: shipping.phone.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;
    use serde_json::{Value, json};

    use super::*;

    fn address() -> Value {
        json!({"name": "Ada Example", "line1": "1 Main St", "city": "Springfield",
            "postal_code": "01101", "country": "US", "state": "MA"})
    }

    fn read(address: Value) -> Result<Shipping, Problem> {
        serde_json::from_value::<ShippingIn>(address).unwrap().parse()
    }

    #[test]
    fn an_address_is_shown_as_it_was_given() {
        let shown = serde_json::to_value(ShippingOut::from(&read(address()).unwrap())).unwrap();
        let mut expected = address();
        expected["line2"] = Value::Null;
        expected["phone"] = Value::Null;
        assert_eq!(shown, expected);
    }

    #[test]
    fn addresses_are_refused_by_field() {
        for (field, value, code) in [
            ("name", Value::Null, ErrorCode::MissingRequiredField),
            ("name", json!(""), ErrorCode::InvalidField),
            ("line1", json!("x".repeat(101)), ErrorCode::InvalidField),
            ("line2", json!("a\nb"), ErrorCode::InvalidField),
            ("city", Value::Null, ErrorCode::MissingRequiredField),
            ("postal_code", json!("1".repeat(21)), ErrorCode::InvalidField),
            ("country", json!("USA"), ErrorCode::InvalidCountry),
            ("country", json!("ZZ"), ErrorCode::InvalidCountry),
            ("phone", json!("call me"), ErrorCode::InvalidField),
        ] {
            let mut address = address();
            address[field] = value;
            let problem = read(address).unwrap_err();
            let param = format!("shipping.{field}");
            assert_eq!((problem.code, problem.param), (code, Some(param)));
        }
    }
}
