use url::form_urlencoded;

/// The most fields of a form.
const MOST: usize = 512;

/// What a form or a query string says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text.
    pub fn parse(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes).take(MOST);
        // No field has a use for them, and no database takes them.
        let clean = |text: &str| text.replace('\0', "");
        Self(pairs.map(|(name, value)| (clean(&name), clean(&value))).collect())
    }

    /// A field's text as it was typed; empty where it is absent.
    pub fn raw(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or("")
    }

    /// A field's text without the blanks around it.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field's text, where there is any.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// What was ticked under a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let fields = Fields::parse(b"a=1+2&b=%C3%A4%00&c=&d=x&d=y&a=later");
        assert_eq!((fields.text("a"), fields.text("b")), ("1 2", "\u{e4}"));
        assert_eq!((fields.given("c"), fields.given("none")), (None, None));
        assert_eq!(fields.all("d").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn passwords_keep_their_blanks() {
        let fields = Fields::parse(b"password=+blank+");
        assert_eq!((fields.raw("password"), fields.text("password")), (" blank ", "blank"));
    }
}
