//! Cuts SQL into statements and tokens, for the schema reader.

/// A statement as its tokens: words, quoted texts with their quotes, single signs.
pub(super) type Statement = Vec<String>;

/// Cuts a file at the semicolons outside quotes; comments vanish.
pub(super) fn statements(sql: &str) -> Vec<Statement> {
    let tokens = tokens(sql);
    let cut = tokens.split(|token| token == ";");
    cut.filter(|statement| !statement.is_empty()).map(<[String]>::to_vec).collect()
}

fn tokens(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql.trim_start();
    while !rest.is_empty() {
        let (length, is_comment) = first_token(rest);
        let (token, after) = rest.split_at(length);
        if !is_comment {
            found.push(token.to_owned());
        }
        rest = after.trim_start();
    }
    found
}

/// The bytes of the token at the beginning of `text`, and whether it is a comment.
fn first_token(text: &str) -> (usize, bool) {
    for (opening, closing, is_comment) in
        [("--", "\n", true), ("/*", "*/", true), ("'", "'", false), ("\"", "\"", false)]
    {
        if let Some(inner) = text.strip_prefix(opening) {
            let end = inner.find(closing).map(|at| opening.len() + at + closing.len());
            return (end.unwrap_or(text.len()), is_comment);
        }
    }
    if let Some(end) = dollar_quoted(text) {
        return (end, false);
    }
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let word = text.find(|sign: char| !is_word(sign)).unwrap_or(text.len());
    let sign = text.chars().next().map_or(0, char::len_utf8);
    (word.max(sign), false)
}

/// The end of PostgreSQL's `$$ .. $$` or `$tag$ .. $tag$`, in which function bodies are written.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag_end = text.strip_prefix('$')?.find('$')? + 2;
    let (tag, body) = text.split_at(tag_end);
    let is_tag = tag.chars().all(|sign| sign.is_alphanumeric() || "$_".contains(sign));
    is_tag.then(|| body.find(tag).map_or(text.len(), |at| tag_end + at + tag_end))
}

/// The tokens before the first parenthesis, those within it, and those behind it.
pub(super) fn parenthesis(tokens: &[String]) -> Option<(&[String], &[String], &[String])> {
    let open = tokens.iter().position(|token| token == "(")?;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        depth = depth_after(depth, token);
        if depth == 0 {
            return Some((&tokens[..open], &tokens[open + 1..at], &tokens[at + 1..]));
        }
    }
    None
}

/// Cuts at the commas outside parentheses.
pub(super) fn parts(tokens: &[String]) -> Vec<&[String]> {
    let mut depth = 0_usize;
    let cut = tokens.split(|token| {
        depth = depth_after(depth, token);
        depth == 0 && token == ","
    });
    cut.collect()
}

/// The tokens outside parentheses.
pub(super) fn outermost(tokens: &[String]) -> Vec<&str> {
    let mut depth = 0_usize;
    let outer = tokens.iter().filter(|token| {
        depth = depth_after(depth, token);
        depth == 0 && *token != ")"
    });
    outer.map(String::as_str).collect()
}

fn depth_after(depth: usize, token: &str) -> usize {
    match token {
        "(" => depth + 1,
        ")" => depth.saturating_sub(1),
        _ => depth,
    }
}

/// Whether the tokens begin with these words, in any case.
pub(super) fn begins(tokens: &[String], words: &str) -> bool {
    let mut expected = words.split(' ');
    let same =
        tokens.iter().zip(&mut expected).all(|(token, word)| token.eq_ignore_ascii_case(word));
    same && expected.next().is_none()
}

/// Where this word stands, in any case.
pub(super) fn position<T: AsRef<str>>(tokens: &[T], word: &str) -> Option<usize> {
    tokens.iter().position(|token| token.as_ref().eq_ignore_ascii_case(word))
}

#[test]
fn comments_and_quotes_do_not_cut_a_statement() {
    let sql = "-- one; two\nSELECT 'a;b' , \"c;d\"; /* e;f */ DO $$ g; h $$; x$1 -- end";
    let joined: Vec<String> = statements(sql).iter().map(|found| found.join(" ")).collect();
    assert_eq!(joined, ["SELECT 'a;b' , \"c;d\"", "DO $$ g; h $$", "x $ 1"]);
}

#[test]
fn parts_and_parentheses_nest() {
    let statement = &statements("T (a, f(b, c)) d")[0];
    let (before, within, after) = parenthesis(statement).expect("there is a parenthesis");
    assert_eq!((before, after), (&["T".to_owned()][..], &["d".to_owned()][..]));
    assert_eq!(parts(within).len(), 2);
    assert_eq!(outermost(statement), ["T", "d"]);
    assert!(begins(statement, "t (") && !begins(statement, "T ( a , f ( b , c ) ) d e"));
}
