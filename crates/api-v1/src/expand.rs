//! `expand`: objects that an answer is to show beside their ids.

use std::collections::BTreeSet;

use cardium_kernel::Problem;

use crate::{field::word, query::Query};

/// The parameter's name; `expand[]` is read as well.
pub const PARAM: &str = "expand";

/// The named objects, from a comma list of these words.
///
/// # Errors
/// `invalid_field`, naming the words.
pub fn parse<T: Copy + Ord>(query: &Query, known: &[(&str, T)]) -> Result<BTreeSet<T>, Problem> {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let find = |text: &str| known.iter().find(|(name, _)| *name == text).map(|(_, part)| *part);
    let asked = query.text(PARAM).into_iter().flat_map(|text| text.split(','));
    asked.map(|text| word(text.trim(), PARAM, find, &names.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use cardium_kernel::ErrorCode;

    use super::*;

    fn read(text: &str) -> Result<String, Problem> {
        let known = [("card", 'c'), ("authorization", 'a')];
        parse(&Query::parse(text)?, &known).map(|parts| parts.into_iter().collect())
    }

    #[test]
    fn both_forms_name_a_list() {
        for (text, parts) in [
            ("", ""),
            ("expand=card", "c"),
            ("expand[]=card", "c"),
            ("expand=card,authorization", "ac"),
            ("expand[]=card&expand%5B%5D=authorization", "ac"),
            ("expand=card,%20card", "c"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(parts), "{text}");
        }
    }

    #[test]
    fn unknown_words_are_refused() {
        for text in ["expand=", "expand=Card", "expand=card,", "expand=dispute", "expand[]=x"] {
            let problem = read(text).unwrap_err();
            assert_eq!(problem.code, ErrorCode::InvalidField, "{text}");
            assert_eq!(problem.param.as_deref(), Some("expand"), "{text}");
        }
        assert!(read("expand=card&expand=card").is_err());
    }
}
